using Sidecar.Proof;
using Sidecar.Recovery;
using Sidecar.Throttling;

namespace Sidecar.Tests.Contracts;

/// <summary>The defaults, to be bent by <c>with</c>.</summary>
internal static class RecoverySamples
{
    public static RecoveryOptions Options { get; } = RecoveryOptions.Read(TestSettings.Of());

    /// <summary>The address's limits as they are by default, and none by domain.</summary>
    public static ProofLimits Limits(TimeProvider time)
    {
        var catalog = new LimitCatalog();
        return new(catalog, new AxisLimiters(time, shared: null).Of(catalog.Domain));
    }
}
