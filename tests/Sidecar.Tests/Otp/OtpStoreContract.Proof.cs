using Sidecar.Otp;

namespace Sidecar.Tests.Otp;

/// <summary>A right code becomes a proof that is used once; one that could not be mailed is taken back.</summary>
public abstract partial class OtpStoreContract
{
    [Fact]
    public async Task Withdraw_IssuedCode_EndsCodeAndCooldown()
    {
        var flow = NewFlow();
        var issued = await IssueAsync(flow);

        await Store.WithdrawAsync(flow, issued.Generation, default);

        Assert.Equal(AttemptOutcome.NoLiveCode, (await AttemptAsync(flow)).Outcome);
        Assert.Equal(IssueOutcome.Issued, (await IssueAsync(NewFlow())).Outcome);
    }

    [Fact]
    public async Task Withdraw_OlderGeneration_LeavesTheNewerCodeAndCooldown()
    {
        var flow = NewFlow();
        var older = await IssueAsync(flow);
        await Store.WithdrawAsync(flow, older.Generation, default);
        var newer = await IssueAsync(flow);

        await Store.WithdrawAsync(flow, older.Generation, default);

        Assert.NotEqual(older.Generation, newer.Generation);
        Assert.Equal(AttemptOutcome.Counted, (await AttemptAsync(flow)).Outcome);
        Assert.Equal(IssueOutcome.CoolingDown, (await IssueAsync(NewFlow(), network: "n2")).Outcome);
    }

    [Fact]
    public async Task Withdraw_AfterAnotherFlowsIssue_LeavesItsCooldown()
    {
        var flow = NewFlow();
        var issued = await IssueAsync(flow);
        Advance(Cooldown);
        await IssueAsync(NewFlow(), network: "n2");

        await Store.WithdrawAsync(flow, issued.Generation, default);

        Assert.Equal(AttemptOutcome.NoLiveCode, (await AttemptAsync(flow)).Outcome);
        Assert.Equal(IssueOutcome.CoolingDown, (await IssueAsync(NewFlow(), network: "n3")).Outcome);
    }

    [Fact]
    public async Task Withdraw_AfterTries_KeepsThem()
    {
        var flow = NewFlow();
        var issued = await IssueAsync(flow);
        await AttemptAsync(flow, times: 4);
        await Store.WithdrawAsync(flow, issued.Generation, default);
        await IssueAsync(flow);

        Assert.Equal(AttemptOutcome.Counted, (await AttemptAsync(flow)).Outcome);
        Assert.Equal(AttemptOutcome.Locked, (await AttemptAsync(flow)).Outcome);
    }

    [Fact]
    public async Task Redeem_RightGeneration_IsTrueOnceAndTheOldFlowIsGone()
    {
        var flow = NewFlow();
        var generation = (await IssueAsync(flow)).Generation;

        Assert.True(await Store.RedeemAsync(flow, generation, NewFlow(), Lifetime, default));
        Assert.False(await Store.RedeemAsync(flow, generation, NewFlow(), Lifetime, default));
        Assert.Equal(AttemptOutcome.NoLiveCode, (await AttemptAsync(flow)).Outcome);
        Assert.Equal(IssueOutcome.CoolingDown, (await IssueAsync(NewFlow())).Outcome);
    }

    [Fact]
    public async Task Redeem_AfterTheLastTry_WorksAlthoughTheFlowIsLocked()
    {
        var flow = NewFlow();
        var verified = NewFlow();
        await IssueAsync(flow);
        var last = await AttemptAsync(flow, times: 5);

        Assert.True(await Store.RedeemAsync(flow, last.Generation, verified, Lifetime, default));
        Assert.Equal(ReserveResult.Reserved, await ReserveAsync(verified));
    }

    [Fact]
    public async Task Redeem_AfterTheCodeEnded_IsFalse()
    {
        var flow = NewFlow();
        var generation = (await IssueAsync(flow)).Generation;
        Advance(Lifetime);

        Assert.False(await Store.RedeemAsync(flow, generation, NewFlow(), Lifetime, default));
    }

    [Fact]
    public async Task Redeem_ToAnotherAddress_Throws() =>
        await Assert.ThrowsAsync<ArgumentException>(async () =>
            await Store.RedeemAsync(NewFlow(), 1, NewFlow() with { Address = new AddressName(Ticket.NewId()) }, Lifetime, default));

    [Fact]
    public async Task Reserve_UnverifiedFlow_IsNotVerified()
    {
        var flow = NewFlow();
        await IssueAsync(flow);

        Assert.Equal(ReserveResult.NotVerified, await ReserveAsync(flow));
    }

    [Fact]
    public async Task Reserve_Twice_IsNotVerifiedTheSecondTimeEvenAfterTheLease()
    {
        var verified = await VerifiedAsync();

        Assert.Equal(ReserveResult.Reserved, await ReserveAsync(verified));
        Assert.Equal(ReserveResult.NotVerified, await ReserveAsync(verified));
        Advance(Lease);
        Assert.Equal(ReserveResult.NotVerified, await ReserveAsync(verified));
    }

    [Fact]
    public async Task Reserve_AfterTheVerifiedFlowEnded_IsNotVerified()
    {
        var verified = await VerifiedAsync();
        Advance(Lifetime);

        Assert.Equal(ReserveResult.NotVerified, await ReserveAsync(verified));
    }

    [Fact]
    public async Task IsVerified_FromTheRightCodeToItsUseOrEnd_IsTrue()
    {
        var flow = NewFlow();
        await IssueAsync(flow);
        Assert.False(await Store.IsVerifiedAsync(flow, default));
        Advance(Cooldown);
        var verified = await VerifiedAsync("n2");

        Assert.True(await Store.IsVerifiedAsync(verified, default));
        Assert.False(await Store.IsVerifiedAsync(verified with { Purpose = Purpose.Verification }, default));
        await ReserveAsync(verified);
        Assert.False(await Store.IsVerifiedAsync(verified, default));
        await Store.SettleAsync(verified, used: false, default);
        Assert.True(await Store.IsVerifiedAsync(verified, default));
        Advance(Lifetime);
        Assert.False(await Store.IsVerifiedAsync(verified, default));
    }

    [Fact]
    public async Task Settle_Released_MayBeReservedAgainUntilItEnds()
    {
        var verified = await VerifiedAsync();
        await ReserveAsync(verified);

        await Store.SettleAsync(verified, used: false, default);

        Assert.Equal(ReserveResult.Reserved, await ReserveAsync(verified));
        await Store.SettleAsync(verified, used: false, default);
        Advance(Lifetime);
        Assert.Equal(ReserveResult.NotVerified, await ReserveAsync(verified));
    }

    [Fact]
    public async Task Settle_Used_EndsTheProof()
    {
        var verified = await VerifiedAsync();
        await ReserveAsync(verified);

        await Store.SettleAsync(verified, used: true, default);

        Assert.Equal(ReserveResult.NotVerified, await ReserveAsync(verified));
    }

    [Fact]
    public async Task Settle_UnknownFlow_MakesNoProof()
    {
        var flow = NewFlow();

        await Store.SettleAsync(flow, used: false, default);

        Assert.Equal(ReserveResult.NotVerified, await ReserveAsync(flow));
    }

    [Fact]
    public async Task Reserve_OtherFlowOfTheAddressBeingHandedOver_IsBusyUntilSettledOrLapsed()
    {
        var first = await VerifiedAsync("n1");
        Advance(Cooldown);
        var second = await VerifiedAsync("n2");
        await ReserveAsync(first);

        Assert.Equal(ReserveResult.AddressBusy, await ReserveAsync(second));
        await Store.SettleAsync(first, used: true, default);
        Assert.Equal(ReserveResult.Reserved, await ReserveAsync(second));
    }

    [Fact]
    public async Task Settle_LateAfterTheLease_LeavesTheOtherFlowsHold()
    {
        var (first, second) = (await VerifiedAsync("n1"), default(FlowKey));
        Advance(Cooldown);
        second = await VerifiedAsync("n2");
        Advance(Cooldown);
        var third = await VerifiedAsync("n3");
        await ReserveAsync(first);
        Advance(Lease);
        Assert.Equal(ReserveResult.Reserved, await ReserveAsync(second));

        await Store.SettleAsync(first, used: true, default);

        Assert.Equal(ReserveResult.AddressBusy, await ReserveAsync(third));
    }
}
