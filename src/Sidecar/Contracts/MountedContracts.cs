using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Sidecar.Hosting;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>
/// Which contract serves a guarded path at this moment: those that <c>contracts</c> names, or with <c>auto</c> those that the app was
/// found to speak. Which paths are guarded does not depend on it, so that nothing that is found, or not yet, opens one.
/// </summary>
internal sealed class MountedContracts : IDisposable
{
    /// <summary>In <c>contracts</c>: whichever RAGFlow contract the app speaks.</summary>
    public const string Auto = "auto";

    // Its own, so that the gauge ends with it.
    private readonly Meter _meter = new(SidecarTelemetry.Name);
    private readonly Func<IReadOnlyList<string>, IEnumerable<KeyValuePair<string, FlowRoute>>> _guarded;
    private readonly AppTrouble? _trouble;
    private readonly string[] _others;
    private volatile Snapshot _now;

    /// <param name="configured">The setting.</param>
    /// <param name="guarded">All guarded paths, those of the given contracts mounted.</param>
    /// <param name="trouble">Told when a path is asked for that is not served: its frontend may be another release's than was found.</param>
    public MountedContracts(IReadOnlyList<string> configured, Func<IReadOnlyList<string>, IEnumerable<KeyValuePair<string, FlowRoute>>> guarded, AppTrouble? trouble = null)
    {
        (Configured, _guarded, _trouble) = (configured, guarded, trouble);
        _others = [.. configured.Where(static contract => contract != Auto)];
        _now = Take(null, IsAuto ? [.. Assumed, .. _others] : configured);
        _meter.CreateObservableGauge("sidecar.app.contract", Measure, description: "1 for each contract that the app was found to speak, and for each that is served.");
    }

    /// <summary>What is served with <c>auto</c> while the app has not told what it speaks: its steps but the last need nothing of it.</summary>
    public static IReadOnlyList<string> Assumed => RagflowRoutes.Default;

    public IReadOnlyList<string> Configured { get; }

    public bool IsAuto => Configured.Contains(Auto);

    /// <summary>The contracts that are served.</summary>
    public IReadOnlyList<string> Served => _now.Served;

    /// <summary>What the app speaks; null until it is known.</summary>
    public IReadOnlyList<string>? Found => _now.Found;

    /// <summary>The words for a path that reads as several.</summary>
    public IContract Words => _now.Words;

    /// <summary>Every contract that may come to be served under such a setting.</summary>
    public static IReadOnlyList<string> Possible(IReadOnlyList<string> configured) =>
        [.. configured.SelectMany(static contract => contract == Auto ? RagflowRoutes.Contracts : [contract]).Distinct()];

    /// <summary>What is served under such a setting in front of an app that speaks so.</summary>
    public static IReadOnlyList<string> ServedFor(IReadOnlyList<string> configured, IReadOnlyList<string> found)
    {
        if (!configured.Contains(Auto))
        {
            return configured;
        }

        string[] known = [.. found.Where(RagflowRoutes.Contracts.Contains)];
        return [.. known.Length > 0 ? known : Assumed, .. configured.Where(static contract => contract != Auto)];
    }

    /// <summary>Takes over what was found; requests under way go on as they began.</summary>
    /// <param name="found">At least one contract.</param>
    public void Take(IReadOnlyList<string> found) => _now = Take(found, ServedFor(Configured, found));

    /// <summary>A guarded path as it is served now.</summary>
    public GuardedPath<FlowRoute> Now(GuardedPath<FlowRoute> guarded)
    {
        var found = guarded.Route is { } route && _now.Routes.TryGetValue(route.Path, out var now) ? guarded with { Route = now } : guarded;
        if (found.Route is { IsMounted: false })
        {
            _trouble?.Tell();
        }

        return found;
    }

    /// <summary>Where the app of a RAGFlow contract sets a password, the likeliest first: of one that was replaced a moment ago nobody knows yet.</summary>
    public IReadOnlyList<FlowRoute> Resets() =>
        IsAuto ? [.. RagflowRoutes.Resets(Served).Concat(RagflowRoutes.Resets(Assumed)).DistinctBy(static route => route.Path)] : RagflowRoutes.Resets(Served);

    public void Dispose() => _meter.Dispose();

    private Snapshot Take(IReadOnlyList<string>? found, IReadOnlyList<string> served) => new(
        found,
        served,
        _guarded(served).ToFrozenDictionary(static route => route.Key, static route => route.Value, StringComparer.Ordinal),
        ContractWords.Of(_others.Length > 0 ? _others[0] : served.Count > 0 ? served[0] : ""));

    private IEnumerable<Measurement<int>> Measure()
    {
        var (found, served) = (_now.Found, _now.Served);
        return (found ?? ["unknown"]).Select(static contract => Tagged(contract, "found")).Concat(served.Select(static contract => Tagged(contract, "served")));
    }

    private static Measurement<int> Tagged(string contract, string source) =>
        new(1, new KeyValuePair<string, object?>("contract", contract), new KeyValuePair<string, object?>("source", source));

    private sealed record Snapshot(IReadOnlyList<string>? Found, IReadOnlyList<string> Served, FrozenDictionary<string, FlowRoute> Routes, IContract Words);
}
