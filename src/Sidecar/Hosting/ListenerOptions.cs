using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sidecar.Hosting;

internal enum ListenerProtocol
{
    /// <summary>HTTP/1.1; with TLS HTTP/2, too, whichever the client chooses (ALPN).</summary>
    Auto,

    /// <summary>HTTP/1.1 only.</summary>
    Http1,

    /// <summary>HTTP/2 only; in the clear for clients that know so beforehand (h2c), which is why it has a port of its own.</summary>
    Http2,
}

/// <summary>One public port and the app behind it.</summary>
/// <param name="Address"><c>listeners[].address</c>: where to listen: an IP address, <c>localhost</c> or <c>*</c>.</param>
/// <param name="Port"><c>listeners[].port</c>: its port, each once. 1 to 65535. Default 8080.</param>
/// <param name="Upstream">
/// <c>listeners[].upstream</c>: scheme, host and port of the app, or the path of its socket, <c>unix:/run/app.sock</c>; 0.0.0.0 means 127.0.0.1. Default <c>http://127.0.0.1:80</c>.
/// </param>
internal sealed record ListenerOptions(IPAddress? Address, int Port, Uri Upstream)
{
    public const string Section = "listeners";

    private const string SocketScheme = "unix:";
    private const int MostSocketBytes = 107;

    /// <summary><c>listeners[].protocol</c>: <c>auto</c> (default) is HTTP/1.1, with TLS HTTP/2 too; <c>http1</c>; <c>h2</c>, also in the clear for clients that know so.</summary>
    public ListenerProtocol Protocol { get; init; }

    /// <summary><c>listeners[].tls</c>; null where the port is in the clear, which is the default.</summary>
    public ListenerTls? Tls { get; init; }

    /// <summary><c>listeners[].upstream_tls</c>; null where an app behind https is known as the client calls it, by the machine's authorities.</summary>
    public UpstreamTls? UpstreamTls { get; init; }

    /// <summary>The socket that the app listens on; null where it has an address.</summary>
    public string? Socket { get; init; }

    /// <summary><c>listeners[].upstream_protocol</c>: whether the app is spoken to in HTTP/2 (<c>h2</c>); default <c>http1</c>.</summary>
    public bool UpstreamIsHttp2 { get; init; }

    /// <summary>The app as it was written.</summary>
    public string Name => Socket is null ? Prefix : SocketScheme + Socket;

    /// <summary>Where to connect.</summary>
    public EndPoint EndPoint =>
        Socket is not null ? new UnixDomainSocketEndPoint(Socket)
        : IPAddress.TryParse(Upstream.Host.Trim('[', ']'), out var address) ? new IPEndPoint(address, Upstream.Port)
        : new DnsEndPoint(Upstream.Host, Upstream.Port);

    /// <summary>Connects to the app.</summary>
    public async ValueTask<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = Socket is null ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true } : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(EndPoint, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Scheme and authority of the app, without a closing slash.</summary>
    public string Prefix { get; } = Upstream.GetLeftPart(UriPartial.Authority);

    private const string DefaultUpstream = "http://127.0.0.1:80";

    public static IReadOnlyList<ListenerOptions> Read(SettingsSection root, string directory)
    {
        var sections = root.Sections(Section);
        if (sections.Count == 0)
        {
            return [new(null, 8080, new Uri(DefaultUpstream))];
        }

        var listeners = new List<ListenerOptions>();
        foreach (var section in sections)
        {
            var listener = ReadOne(section, directory);
            if (listeners.Any(other => other.Port == listener.Port))
            {
                section.Reject("port", "is the port of another listener", "give each listener a port of its own");
            }

            if (listeners.Any(other => other.Prefix == listener.Prefix && (other.UpstreamTls?.ServerName, other.UpstreamTls?.AuthorityFile) != (listener.UpstreamTls?.ServerName, listener.UpstreamTls?.AuthorityFile)))
            {
                // They share their connections.
                section.Reject("upstream_tls", "is not that of another listener with the same `upstream`", "write the same one to both");
            }

            listeners.Add(listener);
        }

        return listeners;
    }

    private static ListenerOptions ReadOne(SettingsSection section, string directory)
    {
        var (address, port, tls) = (ReadAddress(section, "*"), section.Int("port", 8080, 1, 65535), ListenerTls.Read(section, directory));
        var protocol = section.Choice("protocol", ListenerProtocol.Auto, ("auto", ListenerProtocol.Auto), ("http1", ListenerProtocol.Http1), ("h2", ListenerProtocol.Http2));
        var isHttp2 = section.Choice("upstream_protocol", false, ("http1", false), ("h2", true));
        var text = section.Text("upstream", DefaultUpstream);
        if (!text.StartsWith(SocketScheme, StringComparison.OrdinalIgnoreCase))
        {
            var upstream = ReadUpstream(section, text);
            return new(address, port, upstream) { Protocol = protocol, Tls = tls, UpstreamIsHttp2 = isHttp2, UpstreamTls = UpstreamTls.Read(section, upstream) };
        }

        // The two slashes that some put after the colon mean nothing.
        var path = text[SocketScheme.Length..];
        path = path.StartsWith("///", StringComparison.Ordinal) ? path[2..] : path;
        if (!path.StartsWith('/') || path.StartsWith("//", StringComparison.Ordinal) || Encoding.UTF8.GetByteCount(path) > MostSocketBytes)
        {
            section.Reject("upstream", "is not the path of a socket", string.Create(CultureInfo.InvariantCulture, $"write an absolute path of at most {MostSocketBytes} bytes, such as unix:/run/app.sock"));
            path = "/";
        }

        var standIn = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://listener-{port}.unix.invalid"));
        UpstreamTls.Read(section, standIn);
        return new(address, port, standIn) { Protocol = protocol, Tls = tls, UpstreamIsHttp2 = isHttp2, Socket = path };
    }

    /// <summary>An IP literal, <c>localhost</c> or <c>*</c>.</summary>
    public static IPAddress? ReadAddress(SettingsSection section, string fallback)
    {
        var text = section.Text("address", fallback);
        if (text is "*" or "")
        {
            return null;
        }

        if (text.Equals("localhost", StringComparison.OrdinalIgnoreCase))
        {
            return IPAddress.Loopback;
        }

        if (IPAddress.TryParse(text.Trim('[', ']'), out var address))
        {
            return address;
        }

        section.Reject("address", "is not an address to listen on", "write an IP address, localhost, or * for all");
        return null;
    }

    private static Uri ReadUpstream(SettingsSection section, string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
        {
            section.Reject("upstream", "is not the address of an app", "write scheme, host and port only, such as http://127.0.0.1:9380, or the path of a socket, such as unix:/run/app.sock");
            return new Uri(DefaultUpstream);
        }

        // 0.0.0.0 is what apps write for "all my addresses"; nobody can connect there.
        return uri.Host is "0.0.0.0" or "[::]" ? new UriBuilder(uri) { Host = uri.Host is "[::]" ? "[::1]" : "127.0.0.1" }.Uri : uri;
    }
}
