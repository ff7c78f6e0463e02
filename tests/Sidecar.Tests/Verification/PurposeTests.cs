using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Tests.Recovery;

namespace Sidecar.Tests.Verification;

/// <summary>What one purpose gives is nothing to the other; what an address may be sent, it may be sent once for both.</summary>
public sealed class PurposeTests : IDisposable
{
    private const string Alice = RecoveryWorld.Alice;

    private readonly VerificationWorld _world = new();

    private RecoveryWorld Recovery => _world.Recovery;

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task SendCode_CaptchaOfTheOther_IsNone()
    {
        Assert.IsType<ProofOutcome.CaptchaEnded>(await _world.SendAsync(await Recovery.ShownAsync(), Alice));
        Assert.IsType<ProofOutcome.CaptchaEnded>(await Recovery.SendAsync((await _world.CaptchaAsync(Alice)).Ticket));
        Assert.Empty(Recovery.Outbox.Entries);
    }

    [Fact]
    public async Task Verify_TicketAndCodeOfTheOther_IsNoCode()
    {
        var recovery = await Recovery.SentAsync();
        Assert.IsType<ProofOutcome.NoLiveCode>(await _world.VerifyAsync(recovery, Recovery.Outbox.LastCode, Alice));
        Assert.IsType<ProofOutcome.Verified>(await Recovery.VerifyAsync(recovery, Recovery.Outbox.LastCode));

        Recovery.Clock.Advance(TimeSpan.FromMinutes(1));
        var verification = await _world.SentAsync(Alice);
        Assert.IsType<ProofOutcome.NoLiveCode>(await Recovery.VerifyAsync(verification, Recovery.Outbox.LastCode));
        Assert.IsType<ProofOutcome.Verified>(await _world.VerifyAsync(verification, Recovery.Outbox.LastCode, Alice));
    }

    [Fact]
    public async Task Verify_CodeOfTheOtherUnderTheOwnTicket_IsWrong()
    {
        var recovery = await Recovery.SentAsync();
        var recoveryCode = Recovery.Outbox.LastCode;
        Recovery.Clock.Advance(TimeSpan.FromMinutes(1));
        var shown = (await _world.CaptchaAsync(Alice)).Ticket;
        var verification = (await _world.SendAsync(shown, Alice, network: "198.51.100.1")).Ticket;

        Assert.IsType<ProofOutcome.WrongCode>(await _world.VerifyAsync(verification, recoveryCode, Alice));
        Assert.IsType<ProofOutcome.WrongCode>(await Recovery.VerifyAsync(recovery, Recovery.Outbox.LastCode));
    }

    [Fact]
    public async Task Reserve_ProofOfTheOther_IsUnproven()
    {
        var recovery = await Recovery.VerifiedAsync();
        Assert.IsType<ProofOutcome.Unproven>(await _world.ReserveAsync(recovery, Alice));
        Assert.IsType<ProofOutcome.Proven>(await Recovery.ReserveAsync(recovery));

        var verification = await _world.VerifiedAsync();
        Assert.IsType<ProofOutcome.Unproven>(await Recovery.ReserveAsync(verification, VerificationWorld.Nora));
        Assert.IsType<ProofOutcome.Proven>(await _world.ReserveAsync(verification));
    }

    [Fact]
    public async Task Captcha_TicketOfTheOther_BeginsAFlowOfItsOwn()
    {
        var recovery = await Recovery.SentAsync();
        var shown = await _world.CaptchaAsync(Alice, recovery);

        Assert.NotEqual(Recovery.Open(recovery).FlowId, Recovery.Tickets.Open(shown.Ticket, Purpose.Verification)!.FlowId);
        Assert.IsType<ProofOutcome.Verified>(await Recovery.VerifyAsync(recovery, Recovery.Outbox.LastCode));
    }

    [Fact]
    public async Task SendCode_MailOfTheOtherAMomentAgo_CoolsDown()
    {
        await Recovery.SentAsync();
        Assert.IsType<ProofOutcome.CoolingDown>(await _world.SendAsync((await _world.CaptchaAsync(Alice)).Ticket, Alice));

        await _world.SentAsync();
        Assert.IsType<ProofOutcome.CoolingDown>(await Recovery.SendAsync(await Recovery.ShownAsync(VerificationWorld.Nora), address: VerificationWorld.Nora));
    }

    [Fact]
    public async Task SendCode_BothPurposesInTurn_ShareTheAddressesMails()
    {
        for (var i = 0; i < 5; i++)
        {
            var sent = i % 2 == 0
                ? await Recovery.SendAsync(await Recovery.ShownAsync(), network: $"network {i}")
                : await _world.SendAsync((await _world.CaptchaAsync(Alice)).Ticket, Alice, network: $"network {i}");
            Assert.IsType<ProofOutcome.CodeSent>(sent);
            Recovery.Clock.Advance(TimeSpan.FromMinutes(6));
        }

        var over = Assert.IsType<ProofOutcome.OverLimit>(await _world.SendAsync((await _world.CaptchaAsync(Alice)).Ticket, Alice, network: "network 9"));

        Assert.Equal("recipient-hour", over.Limit.Name);
    }

    [Theory]
    [InlineData(1799.999, true)]
    [InlineData(1800, false)]
    public async Task Reserve_VerifiedAddress_HoldsForHalfAnHour(double seconds, bool isProven)
    {
        var ticket = await _world.VerifiedAsync();
        Recovery.Clock.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(isProven, await _world.ReserveAsync(ticket) is ProofOutcome.Proven);
    }

    [Fact]
    public async Task VerifiedAddress_OfATicket_IsTheProvenOneUntilItIsUsed()
    {
        var verified = new VerifiedAddress(Recovery.Store, Recovery.Tickets);
        var open = await _world.SentAsync("Zoe@Example.com");
        Assert.Null(await verified.OfAsync(open, Purpose.Verification, default));
        var ticket = (await _world.VerifyAsync(open, Recovery.Outbox.LastCode, "Zoe@Example.com")).Ticket;

        Assert.Equal("zoe@example.com", await verified.OfAsync(ticket, Purpose.Verification, default));
        Assert.Null(await verified.OfAsync(ticket, Purpose.Recovery, default));
        Assert.Null(await verified.OfAsync(null, Purpose.Verification, default));
        await Assert.IsType<ProofOutcome.Proven>(await _world.ReserveAsync(ticket, "zoe@example.com")).Reservation.UseAsync();
        Assert.Null(await verified.OfAsync(ticket, Purpose.Verification, default));
    }
}
