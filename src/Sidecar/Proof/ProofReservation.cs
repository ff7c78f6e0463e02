using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.Proof;

/// <summary>A proof while the app has it. Whoever reserves must settle, with the app's verdict or without one.</summary>
internal sealed class ProofReservation(IOtpStore store, FlowKey verified)
{
    /// <summary>The app took what it was for, or nobody knows: the proof is gone.</summary>
    public ValueTask UseAsync() => SettleAsync(used: true);

    /// <summary>The app refused: the proof may be tried again until it ends.</summary>
    public ValueTask ReleaseAsync() => SettleAsync(used: false);

    private async ValueTask SettleAsync(bool used)
    {
        try
        {
            await store.SettleAsync(verified, used, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // The reservation stays until it ends by itself: the proof is lost, never doubled.
        }
    }
}
