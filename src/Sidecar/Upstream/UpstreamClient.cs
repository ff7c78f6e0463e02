using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Sidecar.Hosting;
using Sidecar.Loop;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Upstream;

/// <summary>The connections to the app: nothing decoded, followed, remembered or sent through somebody's proxy.</summary>
internal sealed class UpstreamClient(ForwardOptions options, IReadOnlyList<ListenerOptions> listeners, UpstreamTracing tracing) : IDisposable
{
    private static readonly Meter Unheard = new("Sidecar.Unheard");

    /// <summary>What YARP sends with.</summary>
    public HttpMessageInvoker Invoker { get; } = new(new UpstreamProtocol(listeners, new SentOnce(new PromptUploads(Connections(options, listeners, tracing)))));

    public void Dispose() => Invoker.Dispose();

    private static HttpMessageHandler Connections(ForwardOptions options, IReadOnlyList<ListenerOptions> listeners, UpstreamTracing tracing)
    {
        var connections = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            EnableMultipleHttp2Connections = true,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(listeners, context, options, cancellationToken),
            // Header values are bytes to us: what came as Latin-1 or UTF-8 goes out the same.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            // Without tracing nothing may be added to a request.
            ActivityHeadersPropagator = tracing.Enabled ? new ReverseProxyPropagator(DistributedContextPropagator.Current) : null,
            MeterFactory = new OneMeter(tracing.IsMetered ? SidecarTelemetry.AppConnections : Unheard),
        };
        return tracing.IsMetered ? new MeteredRequests(connections) : connections;
    }

    /// <summary>The client's own timeout looks like one of the answer; an app that cannot be connected to is not there, however it shows.</summary>
    private static async ValueTask<Stream> ConnectAsync(IReadOnlyList<ListenerOptions> listeners, SocketsHttpConnectionContext context, ForwardOptions options, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(options.ConnectTimeout);
        try
        {
            // Behind a socket in the file system the host is a stand-in; everybody else may be asked too, as accounts.upstream is.
            var app = context.DnsEndPoint;
            var listener = listeners.FirstOrDefault(listener => listener.Socket is not null && listener.Upstream.Host == app.Host);
            Stream stream = options.UsesLoop
                ? new LoopStream(await LoopSocket.ConnectAsync(listener?.EndPoint ?? app, bound.Token))
                : new NetworkStream(await (listener?.ConnectAsync(bound.Token) ?? ConnectAsync(app, bound.Token)), ownsSocket: true);
            return context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps
                && listeners.FirstOrDefault(listener => listener.UpstreamTls is not null && listener.Upstream.IdnHost == app.Host && listener.Upstream.Port == app.Port) is { } known
                ? await HandshakeAsync(stream, known, bound.Token)
                : stream;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }

    /// <summary>In the place of the client's own handshake, which knows no name but that in Host.</summary>
    private static async ValueTask<Stream> HandshakeAsync(Stream stream, ListenerOptions listener, CancellationToken cancellationToken)
    {
        var tls = new SslStream(stream);
        try
        {
            await tls.AuthenticateAsClientAsync(listener.UpstreamTls!.Options(listener.UpstreamIsHttp2), cancellationToken);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

    private static async ValueTask<Socket> ConnectAsync(DnsEndPoint app, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(app, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>What is told of requests to the app.</summary>
/// <param name="Enabled">Whether they carry the trace on.</param>
/// <param name="IsMetered">Whether they count among <c>http.client</c>.</param>
internal sealed record UpstreamTracing(bool Enabled, bool IsMetered = true);

/// <summary>Gives the runtime's client its meter, whatever it asks for.</summary>
internal sealed class OneMeter(Meter meter) : IMeterFactory
{
    public Meter Create(MeterOptions options) => meter;

    public void Dispose()
    {
    }
}
