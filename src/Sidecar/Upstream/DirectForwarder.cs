using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Hosting;
using Sidecar.Http1;

namespace Sidecar.Upstream;

/// <summary>
/// Carries plain HTTP/1.1 exchanges to one app over connections of our own, without the messages, streams and handlers that
/// HttpClient puts between two sockets. What is not plain goes through YARP.
/// </summary>
internal sealed class DirectForwarder(UpstreamAddress server, ForwardOptions options, UpstreamTracing tracing, ClientAddressResolver clients, OwnHeaders own, TimeProvider time) : IDisposable
{
    private readonly Http1Pool _pool = new(server.EndPoint, options.ConnectTimeout, options.ActivityTimeout, time, options.UsesLoop);

    public UpstreamAddress Server => server;

    public TimeProvider Time => time;

    public Http1Pool Pool => _pool;

    /// <summary>Whether a request is of the kind that is carried here.</summary>
    public static bool Takes(HttpContext context) =>
        (HttpProtocol.IsHttp11(context.Request.Protocol) || HttpProtocol.IsHttp10(context.Request.Protocol))
        && (context.Request.Headers.Connection.Count == 0 || context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest != true)
        && context.Request.Headers.Expect.Count == 0;

    /// <summary>Forwards one request and its answer.</summary>
    /// <param name="context">The request.</param>
    /// <param name="target">Its path and query.</param>
    /// <param name="tell">Hears what went wrong, if anything; the answer has its status then, if it is not on its way yet.</param>
    public Task SendAsync(HttpContext context, string target, Func<HttpContext, DirectFault, Task> tell)
    {
        if (context.Features.Get<FailedExchange>() is { } failed && failed.Take() is { } fault)
        {
            DirectExchange.Fail(this, context, fault, failed.Started);
            return tell(context, fault);
        }

        return new DirectExchange(this, context, target, tell).RunAsync();
    }

    public void WriteHead(HeadWriter head, HttpContext context, string target, bool isChunked, DirectTrace? trace) =>
        DirectHead.Write(head, context, target, isChunked, clients.Resolve(context), own, trace);

    /// <summary>Whether a trailer may follow a body. An app may read it as a header, so it must be none that means something there.</summary>
    public bool PassesBehindBody(HttpContext context, string name) => !DirectHead.IsNoTrailer(name) && !HeaderHygiene.Drops(name, clients.Resolve(context), own);

    public DirectTrace? Trace(string method, string target) => tracing.Enabled ? DirectTrace.Start(method, target, server) : null;

    public void Dispose() => _pool.Dispose();
}
