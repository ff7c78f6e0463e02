using System.Diagnostics.Metrics;
using Sidecar.Hosting;
using Sidecar.Proof;

namespace Sidecar.Contracts;

/// <summary>
/// Recovery as the front sees it: there, or off for a reason, with the paths guarded all the same. Tells operators which it is
/// (<c>sidecar.recovery.enabled</c>), because an app that is served well hides that recovery is not.
/// </summary>
internal sealed class RecoverySwitch : IDisposable
{
    // The switch's own meter, so that the gauge ends with it.
    private readonly Meter _meter = new(SidecarTelemetry.Name);

    /// <param name="service">The flow and the reset; null when recovery is off.</param>
    /// <param name="canComplete">Whether somebody can come to the end of it: codes can be mailed and resets handed over.</param>
    public RecoverySwitch(RecoveryService? service, bool canComplete)
    {
        Service = service;
        _meter.CreateObservableGauge("sidecar.recovery.enabled", () => canComplete ? 1 : 0, null, "Whether account recovery is on, and has all it needs.");
    }

    public RecoveryService? Service { get; }

    public void Dispose() => _meter.Dispose();
}

/// <summary>The two halves of recovery: what the sidecar answers itself, and what it hands over.</summary>
internal sealed record RecoveryService(ProofFlow Flow, ResetHandover Reset);
