using Sidecar.Recovery;

namespace Sidecar.Tests.Contracts;

/// <summary>The defaults, to be bent by <c>with</c>.</summary>
internal static class RecoverySamples
{
    public static RecoveryOptions Options { get; } = RecoveryOptions.Read(TestSettings.Of());
}
