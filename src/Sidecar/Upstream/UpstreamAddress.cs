using System.Globalization;
using System.Net;
using Sidecar.Hosting;

namespace Sidecar.Upstream;

/// <summary>Where the app of one listener is, for connections of our own.</summary>
/// <param name="EndPoint">Where to connect.</param>
/// <param name="Host">What metrics call it.</param>
/// <param name="Port">Its port.</param>
internal sealed record UpstreamAddress(EndPoint EndPoint, string Host, int Port)
{
    /// <summary>The port as labels take it, without making one for each request.</summary>
    public object BoxedPort { get; } = Port;

    /// <summary>The app behind a listener; null where it does not speak plain HTTP/1.1.</summary>
    public static UpstreamAddress? Of(ListenerOptions listener)
    {
        var uri = listener.Upstream;
        if (uri.Scheme != Uri.UriSchemeHttp)
        {
            return null;
        }

        var host = uri.Host.Trim('[', ']');
        return new(IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, uri.Port) : new DnsEndPoint(host, uri.Port), uri.Host, uri.Port);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
