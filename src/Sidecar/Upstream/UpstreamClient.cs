using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sidecar.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Upstream;

/// <summary>The connections to the app: nothing decoded, followed, remembered or sent through somebody's proxy.</summary>
internal sealed class UpstreamClient(ForwardOptions options, IReadOnlyList<ListenerOptions> listeners, UpstreamTracing tracing) : IDisposable
{
    /// <summary>What YARP sends with.</summary>
    public HttpMessageInvoker Invoker { get; } = new(new UpstreamProtocol(listeners, new PromptUploads(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = options.ConnectTimeout,
        // Header values are bytes to us: what came as Latin-1 or UTF-8 goes out the same.
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        // Without tracing nothing may be added to a request.
        ActivityHeadersPropagator = tracing.Enabled ? new ReverseProxyPropagator(DistributedContextPropagator.Current) : null,
        ConnectCallback = Dial(listeners),
    })));

    /// <summary>How connections are made; null, which is the client's own way, where every app has an address.</summary>
    private static Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? Dial(IReadOnlyList<ListenerOptions> listeners) =>
        listeners.All(static listener => listener.Socket is null) ? null : async (context, cancellationToken) =>
        {
            var place = context.DnsEndPoint;
            if (listeners.FirstOrDefault(listener => listener.Socket is not null && listener.Upstream.Host == place.Host) is { } listener)
            {
                return new NetworkStream(await listener.ConnectAsync(cancellationToken), ownsSocket: true);
            }

            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(place, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        };

    public void Dispose() => Invoker.Dispose();
}

/// <summary>Whether forwarded requests carry the trace on.</summary>
internal sealed record UpstreamTracing(bool Enabled);
