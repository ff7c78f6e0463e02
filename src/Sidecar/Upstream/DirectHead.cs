using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Sidecar.Hosting;
using Sidecar.Http1;

namespace Sidecar.Upstream;

/// <summary>What of a head goes past this hop in the direct engine, and how the request's is written.</summary>
internal static class DirectHead
{
    /// <summary>What RFC 9110, 6.5.1, keeps out of trailers: framing, routing, who asks, and how to read the rest.</summary>
    private static readonly FrozenSet<string> NoTrailers = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Host", "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Upgrade", "Expect", "Max-Forwards", "Cache-Control", "Range",
        "Content-Encoding", "Content-Type", "Content-Range", "Authorization", "Proxy-Authorization", "Cookie", HeaderHygiene.ForwardedFor, HeaderHygiene.ForwardedProto, HeaderHygiene.ForwardedHost);

    public static bool IsNoTrailer(string name) => NoTrailers.Contains(name);

    /// <summary>Whether a field is for one connection alone (RFC 9110, 7.6.1).</summary>
    /// <param name="name">The field.</param>
    /// <param name="connection">What <c>Connection</c> of the same head names; null without one.</param>
    public static bool IsForThisHop(string name, string? connection) => name.Length switch
    {
        2 => name.Equals("TE", StringComparison.OrdinalIgnoreCase),
        7 => name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase),
        10 => name.Equals("Connection", StringComparison.OrdinalIgnoreCase) || name.Equals("Keep-Alive", StringComparison.OrdinalIgnoreCase),
        16 => name.Equals("Proxy-Connection", StringComparison.OrdinalIgnoreCase),
        17 => name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase),
        _ => false,
    } || (connection is not null && HttpText.HasWord(connection, name));

    /// <summary>Writes everything down to the empty line.</summary>
    /// <param name="head">Where to.</param>
    /// <param name="context">The request as it came.</param>
    /// <param name="target">Its path and query.</param>
    /// <param name="isChunked">Whether its body comes in chunks.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="own">What no client may say.</param>
    /// <param name="trace">Carries the trace on; null where nothing is traced, and then the client's own words about it pass.</param>
    public static void Write(HeadWriter head, HttpContext context, string target, bool isChunked, in ClientAddress client, OwnHeaders own, DirectTrace? trace)
    {
        var request = context.Request;
        head.Add(request.Method).Add(" "u8).Add(target).Add(" HTTP/1.1\r\n"u8);
        var connection = request.Headers.Connection is { Count: > 0 } named && !IsKeepAlive(named) ? named.ToString() : null;
        var (forwardedFor, hasProto, hasHost) = (default(StringValues), false, false);
        foreach (var (name, values) in request.Headers)
        {
            if (IsHost(name))
            {
                head.AddField(name, values.ToString());
                continue;
            }

            if (IsForThisHop(name, connection) || IsLength(name) || HeaderHygiene.Drops(name, client, own) || (trace is not null && DirectTrace.Owns(name)))
            {
                continue;
            }

            if (name.Length == HeaderHygiene.ForwardedFor.Length && name.Equals(HeaderHygiene.ForwardedFor, StringComparison.OrdinalIgnoreCase))
            {
                forwardedFor = values;
                continue;
            }

            hasProto |= name.Equals(HeaderHygiene.ForwardedProto, StringComparison.OrdinalIgnoreCase);
            hasHost |= name.Equals(HeaderHygiene.ForwardedHost, StringComparison.OrdinalIgnoreCase);
            var isCookie = name.Length == 6 && name.Equals("Cookie", StringComparison.OrdinalIgnoreCase);
            foreach (var value in values)
            {
                if (!isCookie)
                {
                    head.AddField(name, value);
                }
                else if (OwnCookies.Remove(value ?? "") is { } kept)
                {
                    head.AddField(name, kept);
                }
            }
        }

        AddForwarded(head, request, client, forwardedFor, hasProto, hasHost);
        if (context.Features.Get<OutgoingAssertion>() is { } assertion)
        {
            head.AddField(assertion.Name, assertion.Value);
        }

        trace?.AddTo(head);
        AddFraming(head, request, isChunked);
    }

    private static void AddForwarded(HeadWriter head, HttpRequest request, in ClientAddress client, StringValues forwardedFor, bool hasProto, bool hasHost)
    {
        head.AddField(HeaderHygiene.ForwardedFor, forwardedFor.Count == 0 ? client.Peer.ToString() : HeaderHygiene.ForwardedForWith(forwardedFor, client));
        if (!hasProto)
        {
            head.AddField(HeaderHygiene.ForwardedProto, request.Scheme);
        }

        if (!hasHost)
        {
            head.AddField(HeaderHygiene.ForwardedHost, request.Headers.Host.ToString());
        }
    }

    /// <summary>How long the body is, as the server in front has understood it, whatever the client wrote.</summary>
    private static void AddFraming(HeadWriter head, HttpRequest request, bool isChunked)
    {
        if (isChunked)
        {
            head.Add("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (request.ContentLength is { } length)
        {
            head.Add("Content-Length: "u8).Add(length).Add("\r\n"u8);
        }

        head.Add("\r\n"u8);
    }

    private static bool IsKeepAlive(StringValues connection) => connection.Count == 1 && connection[0]!.Equals("keep-alive", StringComparison.OrdinalIgnoreCase);

    private static bool IsHost(string name) => name.Length == 4 && name.Equals("Host", StringComparison.OrdinalIgnoreCase);

    public static bool IsLength(string name) => name.Length == 14 && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase);
}
