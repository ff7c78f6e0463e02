using System.Diagnostics;
using System.Net;

namespace Sidecar.Upstream;

/// <summary>
/// Tells how long the app took until its answer began, in the place of the runtime's own client and under its names: that one reads
/// the name in Host anew for a label that is not kept, and counts who is on the way, which <c>http.server.active_requests</c> tells.
/// </summary>
internal sealed class MeteredRequests(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private object _port = 0;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        DirectMetrics.AreHeard ? MeasureAsync(request, cancellationToken) : base.SendAsync(request, cancellationToken);

    private async Task<HttpResponseMessage> MeasureAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            DirectMetrics.Answered(TimeProvider.System.GetElapsedTime(started), Tags(request), (int)response.StatusCode, response.Version == HttpVersion.Version20 ? "2" : "1.1");
            return response;
        }
        catch (Exception error)
        {
            DirectMetrics.Failed(TimeProvider.System.GetElapsedTime(started), Tags(request), ErrorOf(error));
            throw;
        }
    }

    private TagList Tags(HttpRequestMessage request) => DirectMetrics.Tags(request.Method.Method, request.RequestUri!.Host, Boxed(request.RequestUri.Port), request.RequestUri.Scheme);

    /// <summary>Mostly the same for all, and then the same object.</summary>
    private object Boxed(int port) => _port is int last && last == port ? _port : _port = port;

    private static string ErrorOf(Exception error) =>
        error is HttpRequestException { HttpRequestError: not HttpRequestError.Unknown and var known } ? ForwardErrors.NameOf(known) : error.GetType().FullName!;
}
