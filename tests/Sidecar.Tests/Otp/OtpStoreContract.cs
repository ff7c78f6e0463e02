using Sidecar.Otp;

namespace Sidecar.Tests.Otp;

/// <summary>What every store must do, whatever it is made of. Run over memory here and over Redis in the functional tests.</summary>
public abstract partial class OtpStoreContract
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Cooldown = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Lock = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly HashedCode Code = new("k1", "00112233445566778899aabbccddeeff", "ff00");

    private readonly AddressName _address = new(Ticket.NewId());

    private protected abstract IOtpStore Store { get; }

    /// <summary>How far a real clock may run on between two steps.</summary>
    protected virtual TimeSpan Slack => TimeSpan.Zero;

    protected abstract void Advance(TimeSpan by);

    [Fact]
    public async Task Issue_NewFlow_CanBeAttempted()
    {
        var flow = NewFlow();

        var issued = await IssueAsync(flow);
        var attempt = await AttemptAsync(flow);

        Assert.Equal(IssueOutcome.Issued, issued.Outcome);
        Assert.NotEqual(0, issued.Generation);
        Assert.Equal(TimeSpan.Zero, issued.RetryAfter);
        Assert.Equal(new AttemptResult(AttemptOutcome.Counted, Code, issued.Generation), attempt);
    }

    [Fact]
    public async Task Issue_WithinCooldown_WaitsForTheRestOfIt()
    {
        await IssueAsync(NewFlow());
        Advance(TimeSpan.FromSeconds(12.5));

        var refused = await IssueAsync(NewFlow(), network: "n2");

        Assert.Equal(IssueOutcome.CoolingDown, refused.Outcome);
        AssertAbout(TimeSpan.FromSeconds(47.5), refused.RetryAfter);
    }

    [Fact]
    public async Task Issue_OtherPurposeWithinCooldown_WaitsToo()
    {
        await IssueAsync(NewFlow());

        var refused = await IssueAsync(NewFlow(Purpose.Verification), network: "n2");

        Assert.Equal(IssueOutcome.CoolingDown, refused.Outcome);
    }

    [Fact]
    public async Task Issue_OtherAddressWithinCooldown_IsIssued()
    {
        await IssueAsync(NewFlow());

        var issued = await IssueAsync(NewFlow() with { Address = new AddressName(Ticket.NewId()) });

        Assert.Equal(IssueOutcome.Issued, issued.Outcome);
    }

    [Fact]
    public async Task Issue_CaptchaUsedBefore_IsRefusedBeforeTheCooldownIsTold()
    {
        var captcha = Ticket.NewId();
        await IssueAsync(NewFlow(), captcha);

        var refused = await IssueAsync(NewFlow(), captcha);

        Assert.Equal(IssueOutcome.CaptchaSpent, refused.Outcome);
    }

    [Fact]
    public async Task Issue_RefusedForCooldown_LeavesTheCaptchaUnspent()
    {
        var captcha = Ticket.NewId();
        await IssueAsync(NewFlow());
        await IssueAsync(NewFlow(), captcha);

        Assert.True(await SpendAsync(captcha));
    }

    [Fact]
    public async Task SpendCaptcha_Twice_IsTrueOnce()
    {
        var captcha = Ticket.NewId();

        Assert.True(await SpendAsync(captcha));
        Assert.False(await SpendAsync(captcha));
        Assert.Equal(IssueOutcome.CaptchaSpent, (await IssueAsync(NewFlow(), captcha)).Outcome);
    }

    [Fact]
    public async Task SpendCaptcha_NothingRemaining_DoesNotFail() =>
        Assert.True(await Store.SpendCaptchaAsync(_address, Ticket.NewId(), TimeSpan.Zero, default));

    [Fact]
    public async Task Issue_ResendOnSameFlow_ReplacesTheCodeAndKeepsTheTries()
    {
        var flow = NewFlow();
        var first = await IssueAsync(flow);
        await AttemptAsync(flow, times: 3);
        Advance(Cooldown);

        var newer = Code with { Hash = "aa11" };
        var second = await IssueAsync(flow, code: newer);

        Assert.Equal(IssueOutcome.Issued, second.Outcome);
        Assert.True(second.Generation > first.Generation);
        Assert.False(await Store.RedeemAsync(flow, first.Generation, NewFlow(), Lifetime, default));
        Assert.Equal(newer, (await AttemptAsync(flow)).Code);
        Assert.Equal(AttemptOutcome.Counted, (await AttemptAsync(flow)).Outcome);
        Assert.Equal(AttemptOutcome.Locked, (await AttemptAsync(flow)).Outcome);
    }

    [Fact]
    public async Task Issue_ResendAfterTheCodeEnded_KeepsTheTries()
    {
        var flow = NewFlow();
        await IssueAsync(flow);
        await AttemptAsync(flow, times: 4);
        Advance(Lifetime);

        await IssueAsync(flow);

        Assert.Equal(AttemptOutcome.Counted, (await AttemptAsync(flow)).Outcome);
        Assert.Equal(AttemptOutcome.Locked, (await AttemptAsync(flow)).Outcome);
    }

    [Fact]
    public async Task Issue_MaxFlowsLive_RefusesAnotherUntilTheFirstEnds()
    {
        var flows = await IssueThreeAsync();

        var refused = await IssueAsync(NewFlow(), network: "n4");
        var resent = await IssueAsync(flows[2], network: "n3");

        Assert.Equal(IssueOutcome.TooManyFlows, refused.Outcome);
        AssertAbout(Lifetime - (3 * Cooldown), refused.RetryAfter);
        Assert.Equal(IssueOutcome.Issued, resent.Outcome);

        Advance(Lifetime - (3 * Cooldown));
        Assert.Equal(IssueOutcome.Issued, (await IssueAsync(NewFlow(), network: "n4")).Outcome);
    }

    [Fact]
    public async Task Issue_ResendOnALiveFlowBeyondALoweredMaximum_IsIssued()
    {
        var flows = await IssueThreeAsync();

        var resent = await Store.IssueAsync(Request(flows[0]) with { Rules = Rules with { MaxFlows = 1 } }, default);

        Assert.Equal(IssueOutcome.Issued, resent.Outcome);
    }

    [Fact]
    public async Task Issue_OneOfMaxFlowsLockedOrRedeemed_MakesRoom()
    {
        var flows = await IssueThreeAsync();
        await AttemptAsync(flows[0], times: 5);
        Assert.Equal(IssueOutcome.Issued, (await IssueAsync(NewFlow(), network: "n4")).Outcome);

        Advance(Cooldown);
        Assert.Equal(IssueOutcome.TooManyFlows, (await IssueAsync(NewFlow(), network: "n5")).Outcome);
        var generation = (await AttemptAsync(flows[1])).Generation;
        Assert.True(await Store.RedeemAsync(flows[1], generation, NewFlow(), Lifetime, default));
        Assert.Equal(IssueOutcome.Issued, (await IssueAsync(NewFlow(), network: "n5")).Outcome);
    }

    [Fact]
    public async Task Issue_SameNetworkWithAnotherLiveFlow_IsRefusedUntilItEnds()
    {
        await IssueAsync(NewFlow());
        Advance(Cooldown);

        var refused = await IssueAsync(NewFlow());

        Assert.Equal(IssueOutcome.TooManyFlows, refused.Outcome);
        AssertAbout(Lifetime - Cooldown, refused.RetryAfter);
    }

    private static FlowRules Rules => new(Lifetime, Cooldown, 5, Lock, 3);

    private protected FlowKey NewFlow(Purpose purpose = Purpose.Recovery) => new(purpose, _address, Ticket.NewId());

    private protected static IssueRequest Request(FlowKey flow, string? captcha = null, string network = "n1", HashedCode? code = null) =>
        new(flow, captcha ?? Ticket.NewId(), TimeSpan.FromSeconds(40), code ?? Code, network, Rules);

    private protected ValueTask<IssueResult> IssueAsync(FlowKey flow, string? captcha = null, string network = "n1", HashedCode? code = null) =>
        Store.IssueAsync(Request(flow, captcha, network, code), default);

    private async Task<AttemptResult> AttemptAsync(FlowKey flow, int times = 1)
    {
        AttemptResult last = default;
        for (var i = 0; i < times; i++)
        {
            last = await Store.AttemptAsync(flow, default);
        }

        return last;
    }

    private ValueTask<ReserveResult> ReserveAsync(FlowKey flow) => Store.ReserveAsync(flow, Lease, default);

    private ValueTask<bool> SpendAsync(string captcha) => Store.SpendCaptchaAsync(_address, captcha, TimeSpan.FromSeconds(40), default);

    /// <summary>Three live flows from three networks, a cooldown after each.</summary>
    private async Task<FlowKey[]> IssueThreeAsync()
    {
        FlowKey[] flows = [NewFlow(), NewFlow(), NewFlow()];
        for (var i = 0; i < flows.Length; i++)
        {
            Assert.Equal(IssueOutcome.Issued, (await IssueAsync(flows[i], network: $"n{i + 1}")).Outcome);
            Advance(Cooldown);
        }

        return flows;
    }

    private async Task<FlowKey> VerifiedAsync(string network = "n1")
    {
        var (flow, verified) = (NewFlow(), NewFlow());
        var issued = await IssueAsync(flow, network: network);
        Assert.True(await Store.RedeemAsync(flow, issued.Generation, verified, Lifetime, default));
        return verified;
    }

    private void AssertAbout(TimeSpan expected, TimeSpan actual) => Assert.InRange(actual, expected - Slack, expected);
}
