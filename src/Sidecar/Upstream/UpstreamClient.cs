using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Upstream;

/// <summary>The connections to the app: nothing decoded, followed, remembered or sent through somebody's proxy.</summary>
internal sealed class UpstreamClient(ForwardOptions options, UpstreamTracing tracing) : IDisposable
{
    /// <summary>What YARP sends with.</summary>
    public HttpMessageInvoker Invoker { get; } = new(new SentOnce(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseCookies = false,
        EnableMultipleHttp2Connections = true,
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, options.ConnectTimeout, cancellationToken),
        // Header values are bytes to us: what came as Latin-1 or UTF-8 goes out the same.
        RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
        // Without tracing nothing may be added to a request.
        ActivityHeadersPropagator = tracing.Enabled ? new ReverseProxyPropagator(DistributedContextPropagator.Current) : null,
    }));

    public void Dispose() => Invoker.Dispose();

    /// <summary>The client's own timeout looks like one of the answer; an app that cannot be connected to is not there, however it shows.</summary>
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint app, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(timeout);
        try
        {
            await socket.ConnectAsync(app, bound.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>Whether forwarded requests carry the trace on.</summary>
internal sealed record UpstreamTracing(bool Enabled);
