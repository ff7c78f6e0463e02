using Microsoft.AspNetCore.Http;
using Sidecar.Hosting;

namespace Sidecar.Upstream;

/// <summary>
/// Sends the head of an answer without a length on before its first byte exists: an app that thinks for minutes has already
/// said that it does, and who waits for the stream to open must see it open.
/// </summary>
internal class StreamTransformer(ClientAddressResolver clients, OwnHeaders own) : RawTransformer(clients, own)
{
    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (!await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken))
        {
            return false;
        }

        if (proxyResponse is not null)
        {
            await ReviseAsync(httpContext, proxyResponse, cancellationToken);
            if (MayStream(httpContext))
            {
                await httpContext.Response.Body.FlushAsync(cancellationToken);
            }
        }

        return true;
    }

    /// <summary>Behind a length there are none in HTTP/1.1, and asking the server whether it could send some costs more than it looks.</summary>
    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) =>
        proxyResponse.Version.Major == 1 && httpContext.Response.ContentLength is not null
            ? default
            : base.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);

    /// <summary>The last moment at which the head of the answer can be changed.</summary>
    protected virtual ValueTask ReviseAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) => default;

    private static bool MayStream(HttpContext context) =>
        context.Response is { ContentLength: null, StatusCode: not (StatusCodes.Status101SwitchingProtocols or StatusCodes.Status204NoContent or StatusCodes.Status304NotModified) }
        && !HttpMethods.IsHead(context.Request.Method);
}
