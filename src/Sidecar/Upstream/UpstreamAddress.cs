using System.Globalization;
using System.Net;
using System.Net.Sockets;
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
    public static UpstreamAddress? Of(ListenerOptions listener) =>
        listener.Upstream.Scheme != Uri.UriSchemeHttp || listener.UpstreamIsHttp2 ? null : new(listener.EndPoint, listener.Socket ?? listener.Upstream.Host, listener.Upstream.Port);

    public override string ToString() => EndPoint is UnixDomainSocketEndPoint ? Host : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
