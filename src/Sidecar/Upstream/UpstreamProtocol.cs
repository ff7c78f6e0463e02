using System.Net;
using Sidecar.Hosting;

namespace Sidecar.Upstream;

/// <summary>
/// Speaks HTTP/2 to the apps that are configured so: whoever asks an app something, and not only who forwards, is understood.
/// </summary>
internal sealed class UpstreamProtocol(IReadOnlyList<ListenerOptions> listeners, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly string[] _http2 = [.. listeners.Where(static listener => listener.UpstreamIsHttp2).Select(static listener => listener.Upstream.Authority)];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (_http2.Length > 0 && request.Version.Major == 1 && _http2.Contains(request.RequestUri!.Authority))
        {
            (request.Version, request.VersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
        }

        return base.SendAsync(request, cancellationToken);
    }
}
