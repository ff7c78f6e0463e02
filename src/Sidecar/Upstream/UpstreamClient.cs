using System.Diagnostics;
using System.Net;
using System.Text;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Upstream;

/// <summary>The connections to the app: nothing decoded, followed, remembered or sent through somebody's proxy.</summary>
internal sealed class UpstreamClient(ForwardOptions options, UpstreamTracing tracing) : IDisposable
{
    /// <summary>What YARP sends with.</summary>
    public HttpMessageInvoker Invoker { get; } = new(new PromptUploads(new SocketsHttpHandler
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
    }));

    public void Dispose() => Invoker.Dispose();
}

/// <summary>Whether forwarded requests carry the trace on.</summary>
internal sealed record UpstreamTracing(bool Enabled);
