using Sidecar.Proof;
using Sidecar.Tests.Recovery;

namespace Sidecar.Tests.Proof;

/// <summary>With uniform answers nothing that a client can see or time may depend on whether the address has an account.</summary>
public sealed class UniformAnswersTests
{
    [Fact]
    public async Task Steps_KnownAndUnknown_SayAndDoTheSame()
    {
        using var known = new RecoveryWorld();
        using var unknown = new RecoveryWorld();

        Assert.Equal(await WalkAsync(known, RecoveryWorld.Alice), await WalkAsync(unknown, "zelda@example.com"));
        Assert.Equal(known.Store.Calls, unknown.Store.Calls);
        Assert.Equal(known.Outbox.Entries.Select(static entry => entry.Payload.Length), unknown.Outbox.Entries.Select(static entry => entry.Payload.Length));
        Assert.Empty(known.Accounts.Asked.Concat(unknown.Accounts.Asked));
    }

    [Fact]
    public async Task Steps_AccountsDown_AreNotNoticed()
    {
        using var up = new RecoveryWorld();
        using var down = new RecoveryWorld();
        down.Accounts.IsDown = true;

        Assert.Equal(await WalkAsync(up, RecoveryWorld.Alice), await WalkAsync(down, RecoveryWorld.Alice));
    }

    /// <summary>Every refusal and every success on the way, in order.</summary>
    private static async Task<List<string>> WalkAsync(RecoveryWorld world, string address)
    {
        var said = new List<string>();
        ProofOutcome Note(ProofOutcome outcome)
        {
            said.Add($"{outcome.Name} {outcome.Ticket?.Length} {(outcome as ProofOutcome.CoolingDown)?.Remaining}");
            return outcome;
        }

        Note(await world.SendAsync(null, address: address));
        Note(await world.VerifyAsync(null, "ABCDEFGH", address));
        Note(await world.ReserveAsync(null, address));
        var ticket = Note(await world.CaptchaAsync(address)).Ticket;
        ticket = Note(await world.SendAsync(ticket, "WRONG", address)).Ticket;
        Note(await world.SendAsync(ticket, address: address));
        ticket = Note(await world.CaptchaAsync(address, ticket)).Ticket;
        ticket = Note(await world.SendAsync(ticket, address: address)).Ticket;
        ticket = Note(await world.CaptchaAsync(address, ticket)).Ticket;
        Note(await world.SendAsync(ticket, address: address));
        world.Clock.Advance(TimeSpan.FromSeconds(61));
        ticket = Note(await world.CaptchaAsync(address, ticket)).Ticket;
        ticket = Note(await world.SendAsync(ticket, address: address)).Ticket;
        for (var i = 0; i < 6; i++)
        {
            Note(await world.VerifyAsync(ticket, "WRONGONE", address));
        }

        world.Clock.Advance(TimeSpan.FromMinutes(31));
        ticket = Note(await world.CaptchaAsync(address, ticket)).Ticket;
        ticket = Note(await world.SendAsync(ticket, address: address)).Ticket;
        ticket = Note(await world.VerifyAsync(ticket, world.Outbox.LastCode, address)).Ticket;
        Note(await world.ReserveAsync(ticket, address));
        Note(await world.ReserveAsync(ticket, address));
        Assert.Equal(["code_sent", "locked", "verified", "proven"], said.Select(static line => line.Split(' ')[0]).Intersect(["code_sent", "locked", "verified", "proven"]));
        return said;
    }
}
