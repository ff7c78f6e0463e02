using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.Tests.Proof;

/// <summary>Another store, with every call and its result written down; and down when told.</summary>
internal sealed class RecordingStore(IOtpStore inner) : IOtpStore
{
    public List<string> Calls { get; } = [];

    public bool IsDown { get; set; }

    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        Called("check");
        await inner.CheckAsync(cancellationToken);
    }

    public async ValueTask<IssueResult> IssueAsync(IssueRequest request, CancellationToken cancellationToken) =>
        Ended(await Run("issue", () => inner.IssueAsync(request, cancellationToken)), static result => result.Outcome.ToString());

    public async ValueTask WithdrawAsync(FlowKey flow, long generation, CancellationToken cancellationToken)
    {
        Called("withdraw");
        await inner.WithdrawAsync(flow, generation, cancellationToken);
    }

    public async ValueTask<bool> SpendCaptchaAsync(AddressName address, string captchaId, TimeSpan remaining, CancellationToken cancellationToken) =>
        Ended(await Run("spend", () => inner.SpendCaptchaAsync(address, captchaId, remaining, cancellationToken)), static result => result.ToString());

    public async ValueTask<AttemptResult> AttemptAsync(FlowKey flow, CancellationToken cancellationToken) =>
        Ended(await Run("attempt", () => inner.AttemptAsync(flow, cancellationToken)), static result => result.Outcome.ToString());

    public async ValueTask<bool> RedeemAsync(FlowKey flow, long generation, FlowKey verified, TimeSpan lifetime, CancellationToken cancellationToken) =>
        Ended(await Run("redeem", () => inner.RedeemAsync(flow, generation, verified, lifetime, cancellationToken)), static result => result.ToString());

    public async ValueTask<bool> IsVerifiedAsync(FlowKey verified, CancellationToken cancellationToken) =>
        Ended(await Run("verified", () => inner.IsVerifiedAsync(verified, cancellationToken)), static result => result.ToString());

    public async ValueTask<ReserveResult> ReserveAsync(FlowKey verified, TimeSpan lease, CancellationToken cancellationToken) =>
        Ended(await Run("reserve", () => inner.ReserveAsync(verified, lease, cancellationToken)), static result => result.ToString());

    public async ValueTask SettleAsync(FlowKey verified, bool used, CancellationToken cancellationToken)
    {
        Called($"settle {used}");
        await inner.SettleAsync(verified, used, cancellationToken);
    }

    private ValueTask<T> Run<T>(string call, Func<ValueTask<T>> step)
    {
        Called(call);
        return step();
    }

    private void Called(string call)
    {
        Calls.Add(call);
        if (IsDown)
        {
            throw new StoreUnavailableException("down");
        }
    }

    private T Ended<T>(T result, Func<T, string> name)
    {
        Calls[^1] += $" {name(result)}";
        return result;
    }
}
