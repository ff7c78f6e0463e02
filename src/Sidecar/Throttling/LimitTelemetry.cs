using System.Diagnostics.Metrics;
using Sidecar.Hosting;

namespace Sidecar.Throttling;

/// <summary>Owns the instrument that all limits write.</summary>
internal static class LimitTelemetry
{
    public const string Allowed = "allowed";
    public const string Refused = "refused";

    /// <summary>What would have been refused.</summary>
    public const string DryRun = "dry_run";

    private static readonly Counter<long> Decisions = SidecarTelemetry.Meter.CreateCounter<long>(
        "sidecar.limits.decisions", "{decision}", "What the limits decided.");

    /// <param name="limit">The limit's name.</param>
    /// <param name="decision">One of the words above.</param>
    public static void Decided(string limit, string decision) => Decisions.Add(
        1,
        new KeyValuePair<string, object?>("limit", limit),
        new KeyValuePair<string, object?>("decision", decision));
}
