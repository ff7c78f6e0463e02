using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Tests.Recovery;

namespace Sidecar.Tests.Proof;

public sealed class CodeStepTests : IDisposable
{
    private readonly RecoveryWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("ACE49")]
    [InlineData(" ace49 ")]
    public async Task SendCode_RightAnswer_QueuesOneMailThatEndsWithTheCode(string answer)
    {
        var outcome = await _world.SendAsync(await _world.ShownAsync(), answer);

        Assert.IsType<ProofOutcome.CodeSent>(outcome);
        Assert.Matches("^[A-Z]{8}$", _world.Outbox.LastCode);
        Assert.Equal(_world.Clock.GetUtcNow() + TimeSpan.FromMinutes(5), Assert.Single(_world.Outbox.Entries).Expires);
        Assert.Null(_world.Open(outcome.Ticket).Captcha);
    }

    [Theory]
    [InlineData(AnswerStyle.Uniform)]
    [InlineData(AnswerStyle.App)]
    internal async Task SendCode_QueueCannotBeReached_IsUnavailableAndChargesNothing(AnswerStyle answers)
    {
        using var world = new RecoveryWorld(defaults => defaults with { Answers = answers });
        var ticket = await world.ShownAsync();
        world.Outbox.IsDown = true;
        Assert.IsType<ProofOutcome.Unavailable>(await world.SendAsync(ticket));

        world.Outbox.IsDown = false;
        // Neither cooldown nor flow stands against the next.
        await world.SentAsync();
    }

    [Fact]
    public async Task SendCode_SameFlowTwice_NamesTheFlowSoThatTheNewerMailTakesThePlace()
    {
        var ticket = await _world.SentAsync();
        _world.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.IsType<ProofOutcome.CodeSent>(await _world.SendAsync(await _world.ShownAsync(ticket: ticket)));

        Assert.Equal([_world.Open(ticket).Flow.Id, _world.Open(ticket).Flow.Id], _world.Outbox.Entries.Select(static entry => entry.Supersedes));
    }

    [Fact]
    public async Task SendCode_Uniform_NeitherLooksUpNorWaits()
    {
        await _world.SentAsync();

        Assert.Empty(_world.Accounts.Asked);
        Assert.Empty(_world.Outbox.Patience);
    }

    [Fact]
    public async Task SendCode_NoCaptchaAsked_IsEnded()
    {
        Assert.IsType<ProofOutcome.CaptchaEnded>(await _world.SendAsync(null));
        Assert.IsType<ProofOutcome.CaptchaEnded>(await _world.SendAsync("garbage"));
        Assert.IsType<ProofOutcome.CaptchaEnded>(await _world.SendAsync(await _world.ShownAsync("bob@example.com")));
        Assert.Empty(_world.Outbox.Entries);
    }

    [Theory]
    [InlineData(59.999, true)]
    [InlineData(60, false)]
    public async Task SendCode_CaptchasTime_EndsToTheMillisecond(double seconds, bool sends)
    {
        var ticket = await _world.ShownAsync();
        _world.Clock.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(sends, await _world.SendAsync(ticket) is ProofOutcome.CodeSent);
    }

    [Fact]
    public async Task SendCode_WrongAnswer_EndsTheCaptchaForGood()
    {
        var ticket = await _world.ShownAsync();

        var wrong = await _world.SendAsync(ticket, "WRONG");

        Assert.IsType<ProofOutcome.WrongCaptcha>(wrong);
        Assert.IsType<ProofOutcome.CaptchaEnded>(await _world.SendAsync(wrong.Ticket));
        Assert.IsType<ProofOutcome.CaptchaEnded>(await _world.SendAsync(ticket));
        Assert.IsType<ProofOutcome.CaptchaEnded>(await _world.SendAsync(ticket, "WRONG"));
        Assert.Empty(_world.Outbox.Entries);
    }

    [Fact]
    public async Task SendCode_AnsweredBefore_IsEnded()
    {
        var ticket = await _world.ShownAsync();
        await _world.SendAsync(ticket);

        Assert.IsType<ProofOutcome.CaptchaEnded>(await _world.SendAsync(ticket));
        Assert.Single(_world.Outbox.Entries);
    }

    [Fact]
    public async Task SendCode_WithinTheCooldown_WaitsAndKeepsTheCaptcha()
    {
        var sent = await _world.SentAsync();
        _world.Clock.Advance(TimeSpan.FromSeconds(20.5));
        var shown = await _world.ShownAsync(ticket: sent);

        var cooling = Assert.IsType<ProofOutcome.CoolingDown>(await _world.SendAsync(shown));

        Assert.Equal((TimeSpan.FromSeconds(39.5), TimeSpan.FromSeconds(60), shown), (cooling.Remaining, cooling.Cooldown, cooling.Ticket));
        _world.Clock.Advance(TimeSpan.FromSeconds(39.5));
        Assert.IsType<ProofOutcome.CodeSent>(await _world.SendAsync(shown));
    }

    [Fact]
    public async Task SendCode_Again_SupersedesTheFlowsOwnCode()
    {
        var ticket = await _world.SentAsync();
        var first = _world.Outbox.LastCode;
        _world.Clock.Advance(TimeSpan.FromSeconds(60));
        await _world.SendAsync(await _world.ShownAsync(ticket: ticket));

        Assert.IsType<ProofOutcome.WrongCode>(await _world.VerifyAsync(ticket, first));
        Assert.IsType<ProofOutcome.Verified>(await _world.VerifyAsync(ticket, _world.Outbox.LastCode));
    }

    [Fact]
    public async Task SendCode_SecondFlowOfANetwork_IsTooMany()
    {
        await _world.SentAsync();
        _world.Clock.Advance(TimeSpan.FromSeconds(60));

        var refused = Assert.IsType<ProofOutcome.TooManyFlows>(await _world.SendAsync(await _world.ShownAsync()));

        Assert.Equal(TimeSpan.FromMinutes(4), refused.Remaining);
    }

    [Fact]
    public async Task SendCode_LockedFlow_IsLocked()
    {
        var ticket = await _world.SentAsync();
        for (var i = 0; i < 5; i++)
        {
            await _world.VerifyAsync(ticket, "WRONGONE");
        }

        _world.Clock.Advance(TimeSpan.FromSeconds(60));

        Assert.IsType<ProofOutcome.Locked>(await _world.SendAsync(await _world.ShownAsync(ticket: ticket)));
    }

    [Fact]
    public async Task SendCode_StoreFull_IsUnavailable()
    {
        using var world = new RecoveryWorld(store: new StoreOptions { MaxFlows = 1 });
        await world.SentAsync();

        Assert.IsType<ProofOutcome.Unavailable>(await world.SendAsync(await world.ShownAsync("bob@example.com"), address: "bob@example.com"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendCode_NoRelay_SaysSoBeforeAnythingIsCharged(bool isConfigured)
    {
        using var world = new RecoveryWorld(hasRelay: isConfigured);
        world.Outbox.CanDeliver = false;
        var ticket = await world.ShownAsync();
        world.Store.Calls.Clear();

        var outcome = await world.SendAsync(ticket);

        Assert.IsType<ProofOutcome.MailUnavailable>(outcome);
        Assert.Equal(ticket, outcome.Ticket);
        Assert.Empty(world.Store.Calls);
    }

    [Fact]
    public async Task SendCode_QueueFull_TakesTheCodeBack()
    {
        _world.Outbox.IsFull = true;
        var outcome = await _world.SendAsync(await _world.ShownAsync());

        Assert.IsType<ProofOutcome.MailUnavailable>(outcome);
        Assert.Equal("withdraw", _world.Store.Calls[^1]);
        _world.Outbox.IsFull = false;
        await _world.SentAsync();
    }

    [Theory]
    [InlineData("Delivered", "code_sent")]
    [InlineData("StillQueued", "code_sent")]
    [InlineData("Transient", "mail_unavailable")]
    [InlineData("Permanent", "mail_unavailable")]
    [InlineData("Expired", "mail_unavailable")]
    [InlineData("UnknownAccount", "unknown_address")]
    public async Task SendCode_LikeTheApp_SaysHowTheFirstAttemptEnded(string ends, string outcome)
    {
        using var world = RecoveryWorld.AnsweringLikeTheApp();
        world.Outbox.Ends = Enum.Parse<DeliveryOutcome>(ends);

        var said = await world.SendAsync(await world.ShownAsync());

        Assert.Equal(outcome, said.Name);
        Assert.Equal([TimeSpan.FromSeconds(5)], world.Outbox.Patience);
        Assert.Equal(outcome != "code_sent", world.Store.Calls.Contains("withdraw"));
    }

    [Fact]
    public async Task SendCode_LikeTheAppAndMailFails_CostsNeitherCooldownNorLeavesACode()
    {
        using var world = RecoveryWorld.AnsweringLikeTheApp();
        world.Outbox.Ends = DeliveryOutcome.Permanent;
        var failed = await world.SendAsync(await world.ShownAsync());
        var dead = world.Outbox.LastCode;

        Assert.IsType<ProofOutcome.NoLiveCode>(await world.VerifyAsync(failed.Ticket, dead));
        world.Outbox.Ends = DeliveryOutcome.Delivered;
        Assert.IsType<ProofOutcome.CodeSent>(await world.SendAsync(await world.ShownAsync(ticket: failed.Ticket)));
    }
}
