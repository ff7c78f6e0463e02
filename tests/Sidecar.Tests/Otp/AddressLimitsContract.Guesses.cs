using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.Tests.Otp;

/// <summary>Guesses at all the codes of an address.</summary>
public abstract partial class AddressLimitsContract
{
    [Fact]
    public async Task Attempt_GuessesSpentOverManyFlows_IsRefusedAndCountsNoTry()
    {
        var limits = Shipped with { RecipientHour = Off, RecipientDay = Off, Guesses = Shipped.Guesses with { Permits = 12 } };
        for (var i = 0; i < 2; i++)
        {
            var attackers = NewFlow();
            await IssueAsync(attackers, "n1", limits: limits);
            await AttemptAsync(attackers, 5);
            Advance(Lifetime);
        }

        var flow = NewFlow();
        await IssueAsync(flow, "n2", limits: limits);
        Assert.Equal(AttemptOutcome.Counted, (await AttemptAsync(flow, 2)).Outcome);
        for (var i = 0; i < 20; i++)
        {
            var refused = await AttemptAsync(flow);
            Assert.Equal((AttemptOutcome.GuessesSpent, BudgetDecision.Refused), (refused.Outcome, refused.Guesses.Decision));
            Assert.Null(refused.Code);
            Assert.InRange(refused.Guesses.Wait, TimeSpan.FromHours(23), TimeSpan.FromHours(25));
        }

        // The flow itself is as it was: with the limit off, its three other tries are there.
        Advance(Cooldown);
        await IssueAsync(flow, "n2", limits: limits with { Guesses = Off });
        Assert.Equal(AttemptOutcome.Counted, (await AttemptAsync(flow, 3)).Outcome);
        Assert.Equal(AttemptOutcome.Locked, (await AttemptAsync(flow)).Outcome);
    }

    [Fact]
    public async Task Attempt_GuessesSpent_NeitherNewCodeNorNewFlowNorARightCodeGivesThemBack()
    {
        var limits = Shipped with { RecipientHour = Off, RecipientDay = Off, Guesses = Shipped.Guesses with { Permits = 3 } };
        var first = NewFlow();
        var issued = await IssueAsync(first, "n1", limits: limits);
        await AttemptAsync(first, 3);
        Assert.True(await Store.RedeemAsync(first, issued.Generation, NewFlow(), Lifetime, default));
        Advance(Cooldown);

        var second = NewFlow();
        await IssueAsync(second, "n2", limits: limits);
        Assert.Equal(AttemptOutcome.GuessesSpent, (await AttemptAsync(second)).Outcome);
        Advance(Cooldown);
        await IssueAsync(second, "n2", limits: limits);
        Assert.Equal(AttemptOutcome.GuessesSpent, (await AttemptAsync(second)).Outcome);

        Advance(TimeSpan.FromHours(25));
        await IssueAsync(second, "n2", limits: limits);
        Assert.Equal(AttemptOutcome.Counted, (await AttemptAsync(second)).Outcome);
    }

    [Fact]
    public async Task Attempt_WithoutALiveCode_IsNoGuess()
    {
        var limits = Shipped with { RecipientHour = Off, RecipientDay = Off, Guesses = Shipped.Guesses with { Permits = 1 } };
        var flow = NewFlow();
        await IssueAsync(flow, limits: limits);
        await Store.AttemptAsync(NewFlow(), default);

        Assert.Equal(AttemptOutcome.Counted, (await AttemptAsync(flow)).Outcome);
    }

    [Fact]
    public async Task Attempt_GuessesDry_ReportsAndCounts()
    {
        var limits = Shipped with { Guesses = Shipped.Guesses with { Permits = 1, Mode = LimitMode.DryRun } };
        var flow = NewFlow();
        await IssueAsync(flow, limits: limits);

        Assert.Equal(BudgetDecision.Allowed, (await AttemptAsync(flow)).Guesses.Decision);
        var second = await AttemptAsync(flow);
        Assert.Equal((AttemptOutcome.Counted, BudgetDecision.DryRun, Code), (second.Outcome, second.Guesses.Decision, second.Code));
    }

    [Fact]
    public async Task Attempts_AtOnce_NeverMoreThanTheGuesses()
    {
        var limits = Shipped with { Guesses = Shipped.Guesses with { Permits = 7 } };
        FlowKey[] flows = [NewFlow(), NewFlow()];
        await IssueAsync(flows[0], "n1", limits: limits);
        Advance(Cooldown);
        await IssueAsync(flows[1], "n2", limits: limits);

        var attempts = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i => await Store.AttemptAsync(flows[i % 2], default)));

        Assert.Equal(7, attempts.Count(attempt => attempt.Outcome == AttemptOutcome.Counted));
    }
}
