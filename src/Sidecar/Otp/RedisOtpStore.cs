using Sidecar.Hosting;
using StackExchange.Redis;

namespace Sidecar.Otp;

/// <summary>
/// The flows' state in Redis, for any number of replicas: each step is one script on one address' hash slot, timed by Redis'
/// own clock. The scripts say what a step does; this type only carries values to and from them.
/// </summary>
internal sealed class RedisOtpStore(RedisConnection redis, SidecarClock clock) : IOtpStore
{
    private static readonly RedisScript Issue = RedisScript.WithWindows("Otp.Scripts.issue.lua");
    private static readonly RedisScript Withdraw = RedisScript.Embedded("Otp.Scripts.withdraw.lua");
    private static readonly RedisScript Spend = RedisScript.Embedded("Otp.Scripts.spend.lua");
    private static readonly RedisScript Attempt = RedisScript.WithWindows("Otp.Scripts.attempt.lua");
    private static readonly RedisScript Redeem = RedisScript.Embedded("Otp.Scripts.redeem.lua");
    private static readonly RedisScript Verified = RedisScript.Embedded("Otp.Scripts.verified.lua");
    private static readonly RedisScript Reserve = RedisScript.Embedded("Otp.Scripts.reserve.lua");
    private static readonly RedisScript Settle = RedisScript.Embedded("Otp.Scripts.settle.lua");

    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("check");
        await redis.RunAsync(static database => database.PingAsync(), cancellationToken);
        operation.Ended("ok");
    }

    public async ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("issue");
        var (flow, rules, code) = (request.Flow, request.Rules, request.Code);
        var limits = rules.Limits;
        var result = await redis.EvaluateAsync(
            Issue,
            [RedisOtpKeys.Captcha(flow.Address, request.CaptchaId), RedisOtpKeys.Cooldown(flow.Address), RedisOtpKeys.Live(flow.Address), RedisOtpKeys.Flow(flow), .. RecipientKeys(flow.Address)],
            [
                Offset, Milliseconds(request.CaptchaRemaining), Milliseconds(rules.CodeLifetime), Milliseconds(rules.Cooldown), rules.Tries,
                Milliseconds(rules.Lock), rules.MaxFlows, request.ClientNetwork, RedisOtpKeys.Name(flow), code.KeyId, code.Salt, code.Hash,
                .. Values(limits.RecipientHour), .. Values(limits.RecipientDay), .. Values(limits.Guesses),
            ],
            cancellationToken);
        var outcome = (IssueOutcome)(int)result[0];
        operation.Ended(StoreWords.Of(outcome));
        return new IssueResult(outcome, (long)result[1], TimeSpan.FromMilliseconds((long)result[2]), State(result, 3), State(result, 5));
    }

    public async ValueTask WithdrawAsync(FlowKey flow, long generation, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("withdraw");
        await redis.EvaluateAsync(
            Withdraw,
            [RedisOtpKeys.Cooldown(flow.Address), RedisOtpKeys.Live(flow.Address), RedisOtpKeys.Flow(flow), .. RecipientKeys(flow.Address)],
            [RedisOtpKeys.Name(flow), generation],
            cancellationToken);
        operation.Ended("done");
    }

    public async ValueTask<bool> SpendCaptchaAsync(AddressName address, string captchaId, TimeSpan remaining, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("spend");
        var result = await redis.EvaluateAsync(Spend, [RedisOtpKeys.Captcha(address, captchaId)], [Offset, Milliseconds(remaining)], cancellationToken);
        var spent = (int)result == 1;
        operation.Ended(spent ? "spent" : "spent_before");
        return spent;
    }

    public async ValueTask<AttemptResult> AttemptAsync(FlowKey flow, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("attempt");
        var result = await redis.EvaluateForGoodAsync(
            Attempt, [RedisOtpKeys.Live(flow.Address), RedisOtpKeys.Flow(flow), RedisOtpKeys.Guesses(flow.Address)], [Offset, RedisOtpKeys.Name(flow)], cancellationToken);
        var outcome = (AttemptOutcome)(int)result[0];
        operation.Ended(StoreWords.Of(outcome));
        return outcome == AttemptOutcome.Counted
            ? new AttemptResult(outcome, new HashedCode((string)result[4]!, (string)result[5]!, (string)result[6]!), (long)result[1], State(result, 2))
            : new AttemptResult(outcome, Guesses: State(result, 2));
    }

    public async ValueTask<bool> RedeemAsync(FlowKey flow, long generation, FlowKey verified, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("redeem");
        SameFlowOwner.Require(flow, verified);
        var result = await redis.EvaluateForGoodAsync(
            Redeem,
            [RedisOtpKeys.Live(flow.Address), RedisOtpKeys.Flow(flow), RedisOtpKeys.Verified(verified)],
            [Offset, RedisOtpKeys.Name(flow), generation, Milliseconds(lifetime)],
            cancellationToken);
        var redeemed = (int)result == 1;
        operation.Ended(redeemed ? "redeemed" : "refused");
        return redeemed;
    }

    public async ValueTask<bool> IsVerifiedAsync(FlowKey verified, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("verified");
        var result = (int)await redis.EvaluateAsync(Verified, [RedisOtpKeys.Verified(verified)], [Offset], cancellationToken) == 1;
        operation.Ended(result ? "verified" : "not_verified");
        return result;
    }

    public async ValueTask<ReserveResult> ReserveAsync(FlowKey verified, TimeSpan lease, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("reserve");
        var result = await redis.EvaluateForGoodAsync(
            Reserve,
            [RedisOtpKeys.Verified(verified), RedisOtpKeys.HandOver(verified.Address)],
            [Offset, RedisOtpKeys.Name(verified), Milliseconds(lease)],
            cancellationToken);
        var outcome = (ReserveResult)(int)result;
        operation.Ended(StoreWords.Of(outcome));
        return outcome;
    }

    public async ValueTask SettleAsync(FlowKey verified, bool used, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("settle");
        await redis.EvaluateAsync(
            Settle,
            [RedisOtpKeys.Verified(verified), RedisOtpKeys.HandOver(verified.Address)],
            [RedisOtpKeys.Name(verified), used ? 1 : 0],
            cancellationToken);
        operation.Ended("done");
    }

    private RedisValue Offset => Milliseconds(clock.Offset);

    private static RedisKey[] RecipientKeys(AddressName address) => [RedisOtpKeys.RecipientHour(address), RedisOtpKeys.RecipientDay(address)];

    private static RedisValue[] Values(LimitOptions limit) => [limit.Permits, Milliseconds(limit.Window), (int)limit.Mode];

    private static BudgetState State(RedisResult result, int at) => new((BudgetDecision)(int)result[at], TimeSpan.FromMilliseconds((long)result[at + 1]));

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;
}
