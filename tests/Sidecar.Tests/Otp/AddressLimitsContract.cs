using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.Tests.Otp;

/// <summary>What every store must make of an address's limits. Run over memory here and over Redis in the functional tests.</summary>
public abstract partial class AddressLimitsContract
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Cooldown = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Lock = TimeSpan.FromMinutes(30);
    private static readonly HashedCode Code = new("k1", "00112233445566778899aabbccddeeff", "ff00");

    private static readonly AddressLimits Shipped = new(
        new("recipient-hour") { Permits = 5, Window = TimeSpan.FromHours(1) },
        new("recipient-day") { Permits = 10, Window = TimeSpan.FromHours(24) },
        new("guesses") { Permits = 100, Window = TimeSpan.FromHours(24) });

    private readonly AddressName _address = new(Ticket.NewId());

    private protected abstract IOtpStore Store { get; }

    /// <summary>How far a real clock may run on between two steps.</summary>
    protected virtual TimeSpan Slack => TimeSpan.Zero;

    protected abstract void Advance(TimeSpan by);

    [Fact]
    public async Task Issue_HourSpent_IsRefusedUntilItsWindowIsOver()
    {
        await IssueManyAsync(5);

        var refused = await IssueAsync(NewFlow(), "n9");

        Assert.Equal(IssueOutcome.RecipientSpent, refused.Outcome);
        Assert.Equal(BudgetDecision.Refused, refused.Hour.Decision);
        Assert.Equal(BudgetDecision.Allowed, refused.Day.Decision);
        Assert.Equal(refused.Hour.Wait, refused.RetryAfter);
        Assert.InRange(refused.RetryAfter, TimeSpan.FromHours(1) - (5 * Lifetime) - Slack, TimeSpan.FromHours(1) - (5 * Lifetime));
        Advance(refused.RetryAfter - TimeSpan.FromMilliseconds(1) - Slack);
        Assert.Equal(IssueOutcome.RecipientSpent, (await IssueAsync(NewFlow(), "n9")).Outcome);
        Advance(TimeSpan.FromMilliseconds(1) + Slack);
        Assert.Equal(IssueOutcome.Issued, (await IssueAsync(NewFlow(), "n9")).Outcome);
    }

    [Fact]
    public async Task Issue_DaySpent_IsRefusedForTheLongerWait()
    {
        await IssueManyAsync(5);
        Advance(TimeSpan.FromHours(2));
        await IssueManyAsync(5);

        var refused = await IssueAsync(NewFlow(), "n9");

        Assert.Equal(IssueOutcome.RecipientSpent, refused.Outcome);
        Assert.Equal((BudgetDecision.Refused, BudgetDecision.Refused), (refused.Hour.Decision, refused.Day.Decision));
        Assert.Equal(refused.Day.Wait, refused.RetryAfter);
        Assert.InRange(refused.RetryAfter, TimeSpan.FromHours(21), TimeSpan.FromHours(23));
        Advance(refused.RetryAfter);
        Assert.Equal(IssueOutcome.Issued, (await IssueAsync(NewFlow(), "n9")).Outcome);
    }

    [Fact]
    public async Task Issue_Permitted_SaysSoForBothLimits()
    {
        var issued = await IssueAsync(NewFlow());

        Assert.Equal((new BudgetState(BudgetDecision.Allowed, TimeSpan.Zero), new BudgetState(BudgetDecision.Allowed, TimeSpan.Zero)), (issued.Hour, issued.Day));
    }

    [Fact]
    public async Task Issue_OneNetwork_TakesHalfOfTheHourAndLeavesTheRest()
    {
        await IssueManyAsync(3, oneNetwork: true);

        var refused = await IssueAsync(NewFlow(), "n1");
        var others = await IssueAsync(NewFlow(), "n2");

        Assert.Equal(IssueOutcome.RecipientSpent, refused.Outcome);
        Assert.True(refused.RetryAfter > TimeSpan.FromMinutes(40));
        Assert.Equal(IssueOutcome.Issued, others.Outcome);
    }

    [Fact]
    public async Task Issue_OneNetwork_TakesHalfOfTheDay()
    {
        await IssueManyAsync(3, oneNetwork: true);
        Advance(TimeSpan.FromHours(2));
        await IssueManyAsync(2, oneNetwork: true);

        var refused = await IssueAsync(NewFlow(), "n1");

        Assert.Equal((BudgetDecision.Allowed, BudgetDecision.Refused), (refused.Hour.Decision, refused.Day.Decision));
        Assert.Equal(IssueOutcome.Issued, (await IssueAsync(NewFlow(), "n2")).Outcome);
    }

    [Fact]
    public async Task Issue_RefusedByALimit_SpendsNothing()
    {
        await IssueManyAsync(5);
        var captcha = Ticket.NewId();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(IssueOutcome.RecipientSpent, (await IssueAsync(NewFlow(), "n9", captcha)).Outcome);
        }

        Assert.True(await Store.SpendCaptchaAsync(_address, captcha, Cooldown, default));
        Advance(TimeSpan.FromHours(2));
        // Five of the day's ten are left, and no refusal began a cooldown.
        await IssueManyAsync(5);
        Assert.Equal(BudgetDecision.Refused, (await IssueAsync(NewFlow(), "n9")).Day.Decision);
    }

    [Fact]
    public async Task Issue_RefusedForCooldown_SpendsNothing()
    {
        await IssueAsync(NewFlow(), "n1");
        for (var i = 0; i < 10; i++)
        {
            var refused = await IssueAsync(NewFlow(), "n9");
            Assert.Equal((IssueOutcome.CoolingDown, BudgetDecision.NotAsked), (refused.Outcome, refused.Hour.Decision));
        }

        Advance(Lifetime);
        await IssueManyAsync(4);
    }

    [Fact]
    public async Task Issue_TooManyFlowsAndLimitSpent_SaysFlowsFirst()
    {
        var limits = Shipped with { RecipientHour = Shipped.RecipientHour with { Permits = 2 } };
        await IssueAsync(NewFlow(), "n1", limits: limits);
        Advance(Cooldown);
        await IssueAsync(NewFlow(), "n2", limits: limits);
        Advance(Cooldown);

        Assert.Equal(IssueOutcome.TooManyFlows, (await IssueAsync(NewFlow(), "n1", limits: limits)).Outcome);
        Assert.Equal(IssueOutcome.RecipientSpent, (await IssueAsync(NewFlow(), "n3", limits: limits)).Outcome);
    }

    [Fact]
    public async Task Issue_LimitSpent_LeavesLiveCodesAlive()
    {
        await IssueManyAsync(4);
        var flow = NewFlow();
        var issued = await IssueAsync(flow, "n1");
        Advance(Cooldown);
        Assert.Equal(IssueOutcome.RecipientSpent, (await IssueAsync(flow, "n1")).Outcome);

        Assert.Equal(AttemptOutcome.Counted, (await Store.AttemptAsync(flow, default)).Outcome);
        Assert.True(await Store.RedeemAsync(flow, issued.Generation, NewFlow(), Lifetime, default));
    }

    [Fact]
    public async Task Issue_OtherAddress_HasLimitsOfItsOwn()
    {
        await IssueManyAsync(5);

        Assert.Equal(IssueOutcome.Issued, (await IssueAsync(NewFlow() with { Address = new AddressName(Ticket.NewId()) }, "n1")).Outcome);
    }

    [Fact]
    public async Task Issue_DryRun_ReportsAndRefusesNothing()
    {
        var limits = Shipped with { RecipientHour = Shipped.RecipientHour with { Permits = 1, Mode = LimitMode.DryRun } };
        Assert.Equal(BudgetDecision.Allowed, (await IssueAsync(NewFlow(), "n1", limits: limits)).Hour.Decision);
        Advance(Cooldown);

        var second = await IssueAsync(NewFlow(), "n2", limits: limits);

        Assert.Equal((IssueOutcome.Issued, BudgetDecision.DryRun, BudgetDecision.Allowed), (second.Outcome, second.Hour.Decision, second.Day.Decision));
        Assert.True(second.Hour.Wait > TimeSpan.FromMinutes(55));
    }

    [Fact]
    public async Task Issue_Off_AsksNothing()
    {
        for (var i = 0; i < 12; i++)
        {
            var issued = await IssueAsync(NewFlow(), limits: AddressLimits.None);
            Assert.Equal((IssueOutcome.Issued, default, default), (issued.Outcome, issued.Hour, issued.Day));
            Advance(Lifetime);
        }
    }

    [Fact]
    public async Task Withdraw_GivesBackOnceAndOnlyItsOwn()
    {
        await IssueManyAsync(4);
        var flow = NewFlow();
        var last = await IssueAsync(flow, "n9");
        await Store.WithdrawAsync(flow, last.Generation, default);
        await Store.WithdrawAsync(flow, last.Generation, default);

        var again = await IssueAsync(NewFlow(), "n9");
        Advance(Lifetime);
        var beyond = await IssueAsync(NewFlow(), "n8");

        Assert.Equal(IssueOutcome.Issued, again.Outcome);
        Assert.Equal(IssueOutcome.RecipientSpent, beyond.Outcome);
    }

    [Fact]
    public async Task Withdraw_OfAnOlderCode_GivesNothingBack()
    {
        var flow = NewFlow();
        var older = await IssueAsync(flow, "n9");
        Advance(Cooldown);
        await IssueAsync(flow, "n9");
        await Store.WithdrawAsync(flow, older.Generation, default);
        Advance(Lifetime);
        await IssueManyAsync(3);

        Assert.Equal(IssueOutcome.RecipientSpent, (await IssueAsync(NewFlow(), "n8")).Outcome);
    }

    private static LimitOptions Off => AddressLimits.None.Guesses;

    private FlowKey NewFlow() => new(Purpose.Recovery, _address, Ticket.NewId());

    private ValueTask<IssueResult> IssueAsync(FlowKey flow, string network = "n1", string? captcha = null, AddressLimits? limits = null) =>
        Store.IssueAsync(new(flow, captcha ?? Ticket.NewId(), TimeSpan.FromSeconds(40), Code, network, new(Lifetime, Cooldown, 5, Lock, 3) { Limits = limits ?? Shipped }), default);

    /// <summary>So many codes, each outlived before the next, from as many networks or from one.</summary>
    private async Task IssueManyAsync(int count, bool oneNetwork = false)
    {
        for (var i = 1; i <= count; i++)
        {
            Assert.Equal(IssueOutcome.Issued, (await IssueAsync(NewFlow(), oneNetwork ? "n1" : $"n{i}")).Outcome);
            Advance(Lifetime);
        }
    }

    private async Task<AttemptResult> AttemptAsync(FlowKey flow, int times = 1)
    {
        AttemptResult last = default;
        for (var i = 0; i < times; i++)
        {
            last = await Store.AttemptAsync(flow, default);
        }

        return last;
    }
}
