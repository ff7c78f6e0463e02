using Sidecar.Proof;

namespace Sidecar.Tests.Verification;

/// <summary>Who has an account is learnt from the mail by who gets it, and from nothing by anybody else.</summary>
public sealed class VerificationAnswersTests
{
    [Fact]
    public async Task Steps_KnownAndUnknown_SayAndDoTheSame()
    {
        using var known = new VerificationWorld();
        using var unknown = new VerificationWorld();

        Assert.Equal(await WalkAsync(known, VerificationWorld.Alice), await WalkAsync(unknown, "zelda@example.com"));
        Assert.Equal(known.Recovery.Store.Calls, unknown.Recovery.Store.Calls);
        Assert.Equal(known.Recovery.Outbox.Entries.Select(static entry => entry.Payload.Length), unknown.Recovery.Outbox.Entries.Select(static entry => entry.Payload.Length));
        Assert.Empty(known.Recovery.Accounts.Asked.Concat(unknown.Recovery.Accounts.Asked));
    }

    [Fact]
    public async Task Steps_AppAnswers_TellAnAddressThatIsTaken()
    {
        using var world = new VerificationWorld(("verification.answers", "app"));

        Assert.IsType<ProofOutcome.AddressTaken>(await world.CaptchaAsync(VerificationWorld.Alice));
        Assert.IsType<ProofOutcome.AddressTaken>(await world.SendAsync(null, VerificationWorld.Alice));
        Assert.IsType<ProofOutcome.Verified>(await world.VerifyAsync(await world.SentAsync(), world.Recovery.Outbox.LastCode));
        Assert.Single(world.Recovery.Outbox.Patience);
    }

    private static async Task<List<string>> WalkAsync(VerificationWorld world, string address)
    {
        var said = new List<string>();
        ProofOutcome Note(ProofOutcome outcome)
        {
            said.Add($"{outcome.Name} {outcome.Ticket?.Length} {(outcome as ProofOutcome.CoolingDown)?.Remaining}");
            return outcome;
        }

        Note(await world.SendAsync(null, address));
        Note(await world.VerifyAsync(null, "ABCDEFGH", address));
        Note(await world.ReserveAsync(null, address));
        var ticket = Note(await world.CaptchaAsync(address)).Ticket;
        ticket = Note(await world.SendAsync(ticket, address, "WRONG")).Ticket;
        ticket = Note(await world.CaptchaAsync(address, ticket)).Ticket;
        ticket = Note(await world.SendAsync(ticket, address)).Ticket;
        ticket = Note(await world.CaptchaAsync(address, ticket)).Ticket;
        Note(await world.SendAsync(ticket, address));
        for (var i = 0; i < 6; i++)
        {
            Note(await world.VerifyAsync(ticket, "WRONGONE", address));
        }

        Assert.Equal(["captcha_issued", "code_sent", "cooling_down", "wrong_code", "locked"], said.Select(static line => line.Split(' ')[0]).Where(static word => word is not ("captcha_ended" or "no_live_code" or "unproven" or "wrong_captcha")).Distinct());
        return said;
    }
}
