using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Upstream;

/// <summary>Makes the request to the app the one that came in: target and values byte for byte, Host kept, our own parts taken out.</summary>
internal class RawTransformer(ClientAddressResolver clients, OwnHeaders own) : HttpTransformer
{
    private static readonly UriCreationOptions AsSent = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.RequestUri = new Uri(destinationPrefix + Target(httpContext), AsSent);
        Restore(httpContext.Request, proxyRequest);
        HeaderHygiene.Apply(httpContext.Request, proxyRequest.Headers, clients.Resolve(httpContext), own);
        if (httpContext.Features.Get<OutgoingAssertion>() is { } assertion)
        {
            proxyRequest.Headers.TryAddWithoutValidation(assertion.Name, assertion.Value);
        }
    }

    /// <summary>What the copying of headers makes otherwise than it was.</summary>
    private static void Restore(HttpRequest incoming, HttpRequestMessage outgoing)
    {
        // Taken for one that is about the connection; browsers send it with every page.
        if (incoming.Headers.UpgradeInsecureRequests is { Count: > 0 } upgrade)
        {
            outgoing.Headers.TryAddWithoutValidation("Upgrade-Insecure-Requests", upgrade.AsEnumerable());
        }

        // An empty one would go out beside the app's own address, and two lines can be read in two ways.
        if (string.IsNullOrEmpty(incoming.Host.Value))
        {
            outgoing.Headers.Remove("Host");
        }
    }

    /// <summary>Path and query for the app.</summary>
    protected virtual string Target(HttpContext httpContext) =>
        RequestTarget.PathAndQuery(httpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
}
