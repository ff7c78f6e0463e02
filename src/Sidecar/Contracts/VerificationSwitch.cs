using System.Diagnostics.Metrics;
using Sidecar.Hosting;
using Sidecar.Proof;

namespace Sidecar.Contracts;

/// <summary>
/// Verification as the front sees it: there, or off, when its paths that are guarded all the same say that it is not available.
/// Tells operators which it is (<c>sidecar.verification.enabled</c>).
/// </summary>
internal sealed class VerificationSwitch : IDisposable
{
    private readonly Meter _meter = new(SidecarTelemetry.Name);

    /// <param name="service">The flow and the gate; null when verification is off.</param>
    /// <param name="canComplete">Whether somebody can come to the end of it: codes can be mailed.</param>
    public VerificationSwitch(VerificationService? service, bool canComplete)
    {
        Service = service;
        _meter.CreateObservableGauge("sidecar.verification.enabled", () => canComplete ? 1 : 0, null, "Whether the verification of addresses is on, and has all it needs.");
    }

    public VerificationService? Service { get; }

    public void Dispose() => _meter.Dispose();
}

/// <summary>The two halves of verification: what the sidecar answers itself, and what a verified address opens.</summary>
internal sealed record VerificationService(ProofFlow Flow, RegistrationGate Gate);
