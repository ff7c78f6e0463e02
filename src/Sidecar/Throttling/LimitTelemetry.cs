using System.Diagnostics.Metrics;
using Sidecar.Hosting;

namespace Sidecar.Throttling;

/// <summary>Owns the instrument that all limits write.</summary>
internal static class LimitTelemetry
{
    private static readonly Counter<long> Decisions = SidecarTelemetry.Meter.CreateCounter<long>(
        "sidecar.limits.decisions", "{decision}", "What the limits decided.");

    /// <param name="limit">The limit's name.</param>
    /// <param name="decision"><c>allowed</c>, <c>refused</c>, or <c>dry_run</c> for what would have been refused.</param>
    public static void Decided(string limit, string decision) => Decisions.Add(
        1,
        new KeyValuePair<string, object?>("limit", limit),
        new KeyValuePair<string, object?>("decision", decision));
}
