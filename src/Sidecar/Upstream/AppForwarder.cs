using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Upstream;

/// <summary>
/// Hands a request to the app behind the port it came in on, streaming both ways: over our own exchange where it is a plain one,
/// over YARP where it is not, or where something reads or changes the answer on its way.
/// </summary>
internal sealed class AppForwarder(
    IHttpForwarder forwarder,
    UpstreamClient client,
    ForwardOptions options,
    IReadOnlyList<ListenerOptions> listeners,
    ClientAddressResolver clients,
    ForwardErrors errors,
    OwnHeaders own,
    DirectForwarders direct,
    DocumentTag? tag = null)
{
    private readonly StreamTransformer _raw = new(clients, own);
    private Func<HttpContext, DirectFault, Task>? _tell;
    private readonly ForwarderRequestConfig _config = new() { ActivityTimeout = options.ActivityTimeout, Version = HttpVersion.Version11 };
    private readonly ForwarderRequestConfig _resetConfig = new() { ActivityTimeout = options.ResetTimeout, Version = HttpVersion.Version11 };

    /// <summary>Forwards everything as it came, but what asks this server rather than the app.</summary>
    /// <param name="context">The request.</param>
    /// <param name="target">Its path and query as sent (<see cref="RequestTarget.PathAndQuery"/>).</param>
    public Task ForwardAsync(HttpContext context, string target)
    {
        if (HttpMethods.IsConnect(context.Request.Method) && context.Features.Get<IHttpExtendedConnectFeature>() is not { IsExtendedConnect: true, Protocol: "websocket" })
        {
            // No tunnels here, and no warning about the app because somebody looked for one.
            context.Response.StatusCode = StatusCodes.Status501NotImplemented;
            return Task.CompletedTask;
        }

        if (RequestTarget.MayBeServer(target) && RequestTarget.IsServer(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        return tag is not null && tag.IsFor(context.Request, target) ? SendAsync(context, _config, new DocumentTransformer(clients, own, tag))
            : direct.For(context) is { } exchanges ? exchanges.SendAsync(context, target, _tell ??= TellAsync)
            : SendAsync(context, _config, _raw);
    }

    /// <summary>Forwards a reset through its own transformer, which reads the app's verdict; the client going away does not end it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="transformer">Reads the verdict.</param>
    /// <param name="tellFailure">Answers in the app's place when it did not; null for the usual words.</param>
    public Task ForwardResetAsync(HttpContext context, HttpTransformer transformer, Func<HttpContext, Task>? tellFailure = null)
    {
        context.RequestAborted = CancellationToken.None;
        return SendAsync(context, _resetConfig, transformer, tellFailure);
    }

    /// <summary>Whether a failed request never got as far as the app, so that the app cannot have acted on it.</summary>
    public static bool NeverReachedApp(HttpContext context) =>
        context.Features.Get<IForwarderErrorFeature>()?.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError };

    private async Task SendAsync(HttpContext context, ForwarderRequestConfig config, HttpTransformer transformer, Func<HttpContext, Task>? tellFailure = null)
    {
        var listener = ListenerOf(context);
        var spoken = listener.UpstreamIsHttp2 ? config with { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact } : config;
        var error = await forwarder.SendAsync(context, listener.Prefix, client.Invoker, spoken, transformer);
        if (error != ForwarderError.None)
        {
            await TellAsync(context, error, context.Features.Get<IForwarderErrorFeature>()?.Exception, tellFailure);
        }
    }

    private Task TellAsync(HttpContext context, DirectFault fault) => TellAsync(context, fault.Error, fault.Cause, tellFailure: null);

    private async Task TellAsync(HttpContext context, ForwarderError error, Exception? cause, Func<HttpContext, Task>? tellFailure)
    {
        using var trace = LoggedTrace.Start(context);
        errors.Tell(ListenerOf(context), error, cause);
        if (!context.Response.HasStarted && context.Response.StatusCode >= 500 && tellFailure is not null)
        {
            await tellFailure(context);
        }
        else if (!context.Response.HasStarted && context.Response.StatusCode >= 500)
        {
            context.Response.ContentType = "application/json";
            var text = context.Response.StatusCode == StatusCodes.Status504GatewayTimeout ? "the app did not answer in time" : "the app cannot be reached";
            await context.Response.WriteAsync($$"""{"code":{{context.Response.StatusCode}},"data":null,"message":"{{text}}"}""", CancellationToken.None);
        }
    }

    private ListenerOptions ListenerOf(HttpContext context)
    {
        foreach (var listener in listeners)
        {
            if (listener.Port == context.Connection.LocalPort)
            {
                return listener;
            }
        }

        return listeners[0];
    }
}
