using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Tests.Recovery;

namespace Sidecar.Tests.Proof;

public sealed class VerifyStepTests : IDisposable
{
    private readonly RecoveryWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Verify_RightCode_TurnsTheTicketIntoAnother()
    {
        var ticket = await _world.SentAsync();

        var outcome = await _world.VerifyAsync(ticket, _world.Outbox.LastCode);

        Assert.IsType<ProofOutcome.Verified>(outcome);
        var verified = _world.Open(outcome.Ticket);
        Assert.Equal(TicketStage.Verified, verified.Stage);
        Assert.NotEqual(_world.Open(ticket).FlowId, verified.FlowId);
    }

    [Fact]
    public async Task Verify_CodeAsPasted_CountsWithoutCaseAndSpaces()
    {
        var ticket = await _world.SentAsync();
        var code = _world.Outbox.LastCode.ToLowerInvariant();

        Assert.IsType<ProofOutcome.Verified>(await _world.VerifyAsync(ticket, $" {code[..4]} {code[4..]}\n"));
    }

    [Fact]
    public async Task Verify_SameCodeTwice_IsOver()
    {
        var ticket = await _world.SentAsync();
        await _world.VerifyAsync(ticket, _world.Outbox.LastCode);

        Assert.IsType<ProofOutcome.NoLiveCode>(await _world.VerifyAsync(ticket, _world.Outbox.LastCode));
    }

    [Fact]
    public async Task Verify_FiveWrongCodes_CloseTheFlowForItsLock()
    {
        var ticket = await _world.SentAsync();
        for (var i = 0; i < 5; i++)
        {
            var wrong = await _world.VerifyAsync(ticket, "WRONGONE");
            Assert.IsType<ProofOutcome.WrongCode>(wrong);
            Assert.Equal(ticket, wrong.Ticket);
        }

        Assert.IsType<ProofOutcome.Locked>(await _world.VerifyAsync(ticket, _world.Outbox.LastCode));
        _world.Clock.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromMilliseconds(1));
        Assert.IsType<ProofOutcome.Locked>(await _world.VerifyAsync(ticket, _world.Outbox.LastCode));
        _world.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.IsType<ProofOutcome.NoLiveCode>(await _world.VerifyAsync(ticket, _world.Outbox.LastCode));
    }

    [Fact]
    public async Task Verify_TriesBeforeAResend_StillCount()
    {
        var ticket = await _world.SentAsync();
        for (var i = 0; i < 4; i++)
        {
            await _world.VerifyAsync(ticket, "WRONGONE");
        }

        _world.Clock.Advance(TimeSpan.FromSeconds(60));
        await _world.SendAsync(await _world.ShownAsync(ticket: ticket));

        Assert.IsType<ProofOutcome.WrongCode>(await _world.VerifyAsync(ticket, "WRONGONE"));
        Assert.IsType<ProofOutcome.Locked>(await _world.VerifyAsync(ticket, _world.Outbox.LastCode));
    }

    [Theory]
    [InlineData(299.999, true)]
    [InlineData(300, false)]
    public async Task Verify_CodesTime_EndsToTheMillisecond(double seconds, bool verifies)
    {
        var ticket = await _world.SentAsync();
        _world.Clock.Advance(TimeSpan.FromSeconds(seconds));

        var outcome = await _world.VerifyAsync(ticket, _world.Outbox.LastCode);

        Assert.Equal(verifies ? "verified" : "no_live_code", outcome.Name);
    }

    [Fact]
    public async Task Verify_WithoutTheFlowsTicket_IsNoCode()
    {
        await _world.SentAsync();
        var code = _world.Outbox.LastCode;

        Assert.IsType<ProofOutcome.NoLiveCode>(await _world.VerifyAsync(null, code));
        Assert.IsType<ProofOutcome.NoLiveCode>(await _world.VerifyAsync("garbage", code));
        Assert.IsType<ProofOutcome.NoLiveCode>(await _world.VerifyAsync(await _world.ShownAsync(), code));
        Assert.IsType<ProofOutcome.NoLiveCode>(await _world.VerifyAsync(await _world.ShownAsync("bob@example.com"), code));
    }

    [Fact]
    public async Task Verify_StrangersGuesses_SpendNoneOfTheOwnersTries()
    {
        var ticket = await _world.SentAsync();
        var stranger = await _world.ShownAsync();
        for (var i = 0; i < 20; i++)
        {
            await _world.VerifyAsync(stranger, "WRONGONE");
        }

        Assert.IsType<ProofOutcome.Verified>(await _world.VerifyAsync(ticket, _world.Outbox.LastCode));
    }

    [Fact]
    public async Task Verify_SpelledOtherwise_IsTheSameAddress()
    {
        var ticket = await _world.SentAsync();

        Assert.IsType<ProofOutcome.Verified>(await _world.VerifyAsync(ticket, _world.Outbox.LastCode, " ALICE@Example.com"));
    }
}
