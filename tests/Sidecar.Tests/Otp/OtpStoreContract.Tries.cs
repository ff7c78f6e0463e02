using Sidecar.Otp;

namespace Sidecar.Tests.Otp;

/// <summary>Guesses at a code: how many, and what a lock holds up.</summary>
public abstract partial class OtpStoreContract
{
    [Fact]
    public async Task Attempt_FiveTimes_CountsFiveAndThenSaysLocked()
    {
        var flow = NewFlow();
        await IssueAsync(flow);

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(AttemptOutcome.Counted, (await AttemptAsync(flow)).Outcome);
        }

        var sixth = await AttemptAsync(flow);
        Assert.Equal(AttemptOutcome.Locked, sixth.Outcome);
        Assert.Null(sixth.Code);
    }

    [Fact]
    public async Task Attempt_BudgetOfTheIssue_IsTheOneThatCounts()
    {
        var flow = NewFlow();
        await Store.IssueAsync(Request(flow) with { Rules = Rules with { Tries = 2 } }, default);

        await AttemptAsync(flow, times: 2);

        Assert.Equal(AttemptOutcome.Locked, (await AttemptAsync(flow)).Outcome);
    }

    [Fact]
    public async Task Attempt_UnknownFlow_HasNoLiveCode() =>
        Assert.Equal(AttemptOutcome.NoLiveCode, (await AttemptAsync(NewFlow())).Outcome);

    [Fact]
    public async Task Attempt_OtherPurpose_HasNoLiveCode()
    {
        var flow = NewFlow();
        await IssueAsync(flow);

        Assert.Equal(AttemptOutcome.NoLiveCode, (await AttemptAsync(flow with { Purpose = Purpose.Verification })).Outcome);
    }

    [Fact]
    public async Task Attempt_AfterTheCodeEnded_HasNoLiveCode()
    {
        var flow = NewFlow();
        await IssueAsync(flow);
        Advance(Lifetime);

        Assert.Equal(AttemptOutcome.NoLiveCode, (await AttemptAsync(flow)).Outcome);
    }

    [Fact]
    public async Task Attempt_LockedFlowWhoseCodeEnded_StaysLockedUntilTheLockEnds()
    {
        var flow = NewFlow();
        await IssueAsync(flow);
        await AttemptAsync(flow, times: 5);

        Advance(Lock - TimeSpan.FromSeconds(30));
        Assert.Equal(AttemptOutcome.Locked, (await AttemptAsync(flow)).Outcome);
        var refused = await IssueAsync(flow);
        Assert.Equal(IssueOutcome.Locked, refused.Outcome);
        AssertAbout(TimeSpan.FromSeconds(30), refused.RetryAfter);

        Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(AttemptOutcome.NoLiveCode, (await AttemptAsync(flow)).Outcome);
        Assert.Equal(IssueOutcome.Issued, (await IssueAsync(flow)).Outcome);
        Assert.Equal(AttemptOutcome.Counted, (await AttemptAsync(flow, times: 5)).Outcome);
        Assert.Equal(AttemptOutcome.Locked, (await AttemptAsync(flow)).Outcome);
    }

    [Fact]
    public async Task Attempt_LockShorterThanTheCode_LeavesTheCodeDead()
    {
        var flow = NewFlow();
        await Store.IssueAsync(Request(flow) with { Rules = Rules with { Lock = TimeSpan.FromMinutes(1) } }, default);
        await AttemptAsync(flow, times: 5);
        Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(AttemptOutcome.NoLiveCode, (await AttemptAsync(flow)).Outcome);
    }

    [Fact]
    public async Task Lock_OfOneFlow_LeavesTheOthersOfTheAddressAlone()
    {
        var (attackers, owners) = (NewFlow(), NewFlow());
        await IssueAsync(attackers, network: "n1");
        await AttemptAsync(attackers, times: 6);
        Advance(Cooldown);

        Assert.Equal(IssueOutcome.Issued, (await IssueAsync(owners, network: "n2")).Outcome);
        Assert.Equal(AttemptOutcome.Counted, (await AttemptAsync(owners)).Outcome);
    }
}
