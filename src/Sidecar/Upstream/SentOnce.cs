namespace Sidecar.Upstream;

/// <summary>
/// Keeps the client below from repeating what must not be repeated. It sends a request again when a connection ends without an
/// answer, whatever the method, unless it had begun with a body; so a request that may have been acted on gets one, of no bytes.
/// </summary>
internal sealed class SentOnce(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Content is null && !IsIdempotent(request.Method))
        {
            // The length of zero that this adds would be added anyway.
            request.Content = new ByteArrayContent([]);
        }

        return base.SendAsync(request, cancellationToken);
    }

    private static bool IsIdempotent(HttpMethod method) =>
        method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options || method == HttpMethod.Put || method == HttpMethod.Delete || method == HttpMethod.Trace;
}
