using Sidecar.Hosting;

namespace Sidecar.Otp;

/// <summary>
/// The flows' state in this process: for one replica, the demo and fast tests. One lock makes a step atomic, as a script is
/// in Redis; a step takes microseconds. Bounded: new flows are refused at <see cref="StoreOptions.MaxFlows"/>, live ones
/// never make room.
/// </summary>
internal sealed class MemoryOtpStore(TimeProvider time, StoreOptions options) : IOtpStore
{
    private const long SweepMilliseconds = 60_000;

    /// <summary>A full store looks for room sooner, but not at every request.</summary>
    private const long SweepWhenFullMilliseconds = 1_000;

    /// <summary>Addresses without a flow are remembered for what was mailed to them and tried on them lately; so many for each flow.</summary>
    private const int AddressesPerFlow = 2;

    private readonly Lock _step = new();
    private readonly Dictionary<AddressName, MemoryAddress> _addresses = [];
    private long _swept;
    private int _flows;
    private int _captchas;

    public ValueTask CheckAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("issue");
        var result = Step(request.Flow.Address, (address, now) => address.Issue(request, now, HasRoom(request.Flow.Address)));
        operation.Ended(StoreWords.Of(result.Outcome));
        return new(result);
    }

    public ValueTask WithdrawAsync(FlowKey flow, long generation, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("withdraw");
        Step(flow.Address, (address, _) => address.Withdraw(flow, generation));
        operation.Ended("done");
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> SpendCaptchaAsync(AddressName address, string captchaId, TimeSpan remaining, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("spend");
        // With no room to remember it, an answer counts as a second one: refused, rather than tried again at will.
        var spent = Step(address, (state, now) => _captchas < options.MaxFlows && state.Spend(captchaId, remaining, now));
        operation.Ended(spent ? "spent" : "spent_before");
        return new(spent);
    }

    public ValueTask<AttemptResult> AttemptAsync(FlowKey flow, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("attempt");
        var result = Step(flow.Address, (address, now) => address.Attempt(flow, now));
        operation.Ended(StoreWords.Of(result.Outcome));
        return new(result);
    }

    public ValueTask<bool> RedeemAsync(FlowKey flow, long generation, FlowKey verified, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("redeem");
        SameFlowOwner.Require(flow, verified);
        var redeemed = Step(flow.Address, (address, now) => address.Redeem(flow, generation, verified, lifetime, now));
        operation.Ended(redeemed ? "redeemed" : "refused");
        return new(redeemed);
    }

    public ValueTask<bool> IsVerifiedAsync(FlowKey verified, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("verified");
        var result = Step(verified.Address, (address, _) => address.IsVerified(verified));
        operation.Ended(result ? "verified" : "not_verified");
        return new(result);
    }

    public ValueTask<ReserveResult> ReserveAsync(FlowKey verified, TimeSpan lease, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("reserve");
        var result = Step(verified.Address, (address, now) => address.Reserve(verified, lease, now));
        operation.Ended(StoreWords.Of(result));
        return new(result);
    }

    public ValueTask SettleAsync(FlowKey verified, bool used, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("settle");
        Step(verified.Address, (address, _) => address.Settle(verified, used));
        operation.Ended("done");
        return ValueTask.CompletedTask;
    }

    private T Step<T>(AddressName name, Func<MemoryAddress, long, T> step)
    {
        lock (_step)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            SweepIfDue(now);
            var address = _addresses.TryGetValue(name, out var known) ? known : new MemoryAddress();
            Recount(address, () => address.Forget(now));
            var result = default(T)!;
            Recount(address, () => result = step(address, now));
            Keep(name, address);
            return result;
        }
    }

    private bool HasRoom(AddressName name) =>
        _flows < options.MaxFlows && (_addresses.Count < AddressesPerFlow * options.MaxFlows || _addresses.ContainsKey(name));

    private void SweepIfDue(long now)
    {
        var full = _flows >= options.MaxFlows || _captchas >= options.MaxFlows;
        if (now < _swept + (full ? SweepWhenFullMilliseconds : SweepMilliseconds))
        {
            return;
        }

        _swept = now;
        foreach (var (name, address) in _addresses)
        {
            Recount(address, () => address.Forget(now));
            Keep(name, address);
        }
    }

    /// <summary>An address with nothing to remember takes no place: asking about strangers must not fill the store.</summary>
    private void Keep(AddressName name, MemoryAddress address)
    {
        if (address.IsEmpty)
        {
            _addresses.Remove(name);
        }
        else
        {
            _addresses[name] = address;
        }
    }

    private void Recount(MemoryAddress address, Action change)
    {
        var (flows, captchas) = (address.FlowCount, address.CaptchaCount);
        change();
        _flows += address.FlowCount - flows;
        _captchas += address.CaptchaCount - captchas;
    }
}
