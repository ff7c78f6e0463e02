using Sidecar.Proof;

namespace Sidecar.Contracts;

/// <summary>Verification as the front sees it: there, or off, when its paths that are guarded all the same say that it is not available.</summary>
internal sealed record VerificationSwitch(VerificationService? Service);

/// <summary>The two halves of verification: what the sidecar answers itself, and what a verified address opens.</summary>
internal sealed record VerificationService(ProofFlow Flow, RegistrationGate Gate);
