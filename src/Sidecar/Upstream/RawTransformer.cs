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
        HeaderHygiene.Apply(httpContext.Request, proxyRequest.Headers, clients.Resolve(httpContext), own);
        if (httpContext.Features.Get<OutgoingAssertion>() is { } assertion)
        {
            proxyRequest.Headers.TryAddWithoutValidation(assertion.Name, assertion.Value);
        }
    }

    /// <summary>Path and query for the app.</summary>
    protected virtual string Target(HttpContext httpContext) =>
        RequestTarget.PathAndQuery(httpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
}
