using System.Security.Authentication;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Sidecar.Hosting;

/// <summary>The public ports, as a proxy has them: generous with heads, without an opinion on bodies, strict with who dawdles over a head.</summary>
internal static class PublicListeners
{
    // Above what servers in front commonly let through, so that what got this far is not refused here.
    private const int MostRequestLineBytes = 32 * 1024;
    private const int MostHeaderBytes = 64 * 1024;

    /// <summary>The bytes bound them already, but for one name on every line, which costs the square of the lines.</summary>
    private const int MostHeaders = 2000;

    /// <param name="kestrel">The server.</param>
    /// <param name="listeners">The ports.</param>
    /// <param name="connections">Where open ones are kept.</param>
    /// <param name="last">What stands right before the server where HTTP/1.1 is spoken.</param>
    public static void Add(KestrelServerOptions kestrel, IReadOnlyList<ListenerOptions> listeners, OpenConnections connections, Func<ListenerOptions, ConnectionDelegate, ConnectionDelegate> last)
    {
        kestrel.AddServerHeader = false;
        kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
        // Bodies are the app's affair, however long and slow; slow headers are still shed.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestLineSize = MostRequestLineBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = MostHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = MostHeaders;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = MostRequestLineBytes;
        foreach (var listener in listeners)
        {
            if (listener.Address is { } address)
            {
                kestrel.Listen(address, listener.Port, listen => Configure(listen, listener, connections, last));
            }
            else
            {
                kestrel.ListenAnyIP(listener.Port, listen => Configure(listen, listener, connections, last));
            }
        }
    }

    private static void Configure(ListenOptions listen, ListenerOptions listener, OpenConnections connections, Func<ListenerOptions, ConnectionDelegate, ConnectionDelegate> last)
    {
        listen.Protocols = listener.Protocol switch
        {
            ListenerProtocol.Http1 => HttpProtocols.Http1,
            ListenerProtocol.Http2 => HttpProtocols.Http2,
            // In the clear the two cannot be told apart without reading on behalf of both.
            _ => listener.Tls is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2,
        };
        listen.Use(next => connection => connections.TrackAsync(connection, next));
        if (listener.Tls is { } tls)
        {
            // Asked for each connection, so that a renewed certificate is the next one's.
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                OnConnection = _ => new(new System.Net.Security.SslServerAuthenticationOptions
                {
                    ServerCertificateContext = tls.Current.Context,
                    EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                }),
            });
        }

        if (listen.Protocols.HasFlag(HttpProtocols.Http2))
        {
            var preface = new Http2Preface(listen.KestrelServerOptions.Limits.RequestHeadersTimeout, TimeProvider.System);
            listen.Use(next => connection => preface.AwaitAsync(connection, next));
        }

        if (listen.Protocols.HasFlag(HttpProtocols.Http1))
        {
            listen.Use(next => last(listener, next));
        }
    }
}
