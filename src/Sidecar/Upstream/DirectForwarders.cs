using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Sidecar.Hosting;

namespace Sidecar.Upstream;

/// <summary>The direct engine of each listener that has one.</summary>
internal sealed class DirectForwarders : IDisposable
{
    private readonly (int Port, DirectForwarder Forwarder)[] _all;

    public DirectForwarders(IReadOnlyList<ListenerOptions> listeners, ForwardOptions options, UpstreamTracing tracing, ClientAddressResolver clients, OwnHeaders own, TimeProvider time)
    {
        _all = options.Engine == ForwardEngine.Yarp ? [] : [.. from listener in listeners
                                                               let server = UpstreamAddress.Of(listener)
                                                               where server is not null
                                                               select (listener.Port, new DirectForwarder(server, options, tracing, clients, own, time))];
        SidecarTelemetry.Meter.CreateObservableUpDownCounter("sidecar.forward.connections", Count, "{connection}", "Connections of the direct engine to the app.");
    }

    /// <summary>What carries a request directly; null where YARP must.</summary>
    public DirectForwarder? For(HttpContext context)
    {
        foreach (var (port, forwarder) in _all)
        {
            if (port == context.Connection.LocalPort)
            {
                return DirectForwarder.Takes(context) ? forwarder : null;
            }
        }

        return null;
    }

    /// <summary>The engine of a listener; null where it has none.</summary>
    public DirectForwarder? Of(ListenerOptions listener) => _all.FirstOrDefault(known => known.Port == listener.Port).Forwarder;

    public void Dispose()
    {
        foreach (var (_, forwarder) in _all)
        {
            forwarder.Dispose();
        }
    }

    private IEnumerable<Measurement<int>> Count()
    {
        foreach (var (_, forwarder) in _all)
        {
            var (open, idle) = forwarder.Pool.Count;
            var server = KeyValuePair.Create("server", (object?)forwarder.Server.ToString());
            yield return new(idle, server, KeyValuePair.Create("state", (object?)"idle"));
            yield return new(open - idle, server, KeyValuePair.Create("state", (object?)"active"));
        }
    }
}
