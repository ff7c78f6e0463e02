using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sidecar.Hosting;

namespace Sidecar.Upstream;

/// <summary>The fast paths of all listeners that have one, and what they share.</summary>
internal sealed class FastPaths(
    ForwardOptions options,
    DirectForwarders direct,
    ClientAddressResolver clients,
    OwnHeaders own,
    ServerMetrics metrics,
    ForwardErrors errors,
    Lifecycle lifecycle,
    FastRule rule)
{
    public ForwardOptions Options => options;

    public ClientAddressResolver Clients => clients;

    public OwnHeaders Own => own;

    public ServerMetrics Metrics => metrics;

    public ForwardErrors Errors => errors;

    public Lifecycle Lifecycle => lifecycle;

    public FastRule Rule => rule;

    /// <summary>The fast path of a listener; null where it has none.</summary>
    public FastPath? Of(ListenerOptions listener, KestrelServerLimits limits) => direct.Of(listener) is { } forwarder ? new(listener, forwarder, this, limits) : null;
}

/// <summary>What may go the fast path.</summary>
/// <param name="IsApps">Whose a target is.</param>
/// <param name="IsOpen">Whether nobody else has to see every request.</param>
internal sealed record FastRule(FastTarget IsApps, Func<bool> IsOpen);
