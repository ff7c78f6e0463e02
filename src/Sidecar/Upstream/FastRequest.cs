using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Text;
using Sidecar.Hosting;
using Sidecar.Http1;

namespace Sidecar.Upstream;

/// <summary>
/// Reads the head of a request and writes it anew for the app in one go, if it is one that no two servers read differently: every
/// line and letter of the usual kind, one Host, at most one length, the body there already, and nothing in it that is said to
/// this server. It refuses nothing: what it does not know at a glance is the server's.
/// </summary>
/// <param name="peer">Who is on the other end.</param>
/// <param name="own">What no client may say.</param>
/// <param name="isApps">Whose a target is.</param>
internal sealed class FastRequest(FastPeer peer, OwnHeaders own, FastTarget isApps)
{
    /// <summary>Most heads; longer ones come in several pieces anyway.</summary>
    public const int MostBytes = 8 * 1024;

    private const int MostTarget = 1024;

    private const int MostLines = 100;

    private static readonly SearchValues<byte> Target = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/?=&%+:,;@!$'()*"u8);

    private static readonly SearchValues<byte> Host = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"u8);

    private static readonly (byte[] Bytes, string Name)[] Methods =
        [.. new[] { "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS" }.Select(static name => (Encoding.ASCII.GetBytes(name + " "), name))];

    private bool _isPlain;
    private bool _hasHost;
    private bool _hasFor;
    private bool _hasProto;
    private bool _hasForwardedHost;
    private long _body;

    public string Method { get; private set; } = "";

    /// <summary>Head and body, in bytes.</summary>
    public long Length { get; private set; }

    /// <summary>Whether it can be sent twice without harm.</summary>
    public bool IsRepeatable => _body == 0 && Method is "GET" or "HEAD" or "OPTIONS";

    /// <summary>Reads one request from the first of the bytes received.</summary>
    /// <param name="bytes">What has come so far.</param>
    /// <param name="outgoing">Gets what the app is sent; of no use unless the request is plain.</param>
    public FastVerdict Read(ReadOnlySpan<byte> bytes, HeadWriter outgoing)
    {
        var end = bytes[..Math.Min(bytes.Length, MostBytes)].IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return bytes.Length < MostBytes && MayBecomePlain(bytes) ? FastVerdict.Incomplete : FastVerdict.Left;
        }

        var head = bytes[..(end + 2)];
        (_isPlain, _hasHost, _hasFor, _hasProto, _hasForwardedHost, _body) = (true, false, false, false, false, -1);
        if (!ReadLine(ref head, outgoing) || !ReadFields(head, outgoing, out var host))
        {
            return FastVerdict.Left;
        }

        _body = Math.Max(_body, 0);
        Length = end + 4 + _body;
        if (!_isPlain || !_hasHost || Length > bytes.Length)
        {
            return FastVerdict.Lent;
        }

        AddForwarded(outgoing, host);
        outgoing.Add("\r\n"u8).Add(bytes[(end + 4)..(int)Length]);
        return FastVerdict.Plain;
    }

    /// <summary>Whoever begins otherwise, or ends a line with less, is not waited for.</summary>
    private static bool MayBecomePlain(ReadOnlySpan<byte> bytes)
    {
        var isMethod = false;
        foreach (var (method, _) in Methods)
        {
            isMethod |= method.AsSpan().StartsWith(bytes[..Math.Min(bytes.Length, method.Length)]);
        }

        if (!isMethod)
        {
            return false;
        }

        var isFirst = true;
        for (var rest = bytes; rest.IndexOf((byte)'\n') is var at and >= 0; rest = rest[(at + 1)..])
        {
            if (at == 0 || rest[at - 1] != '\r' || (!isFirst && !TrySplit(rest[..(at - 1)], out _)))
            {
                return false;
            }

            isFirst = false;
        }

        return true;
    }

    /// <summary><c>GET /path HTTP/1.1</c></summary>
    private bool ReadLine(ref ReadOnlySpan<byte> head, HeadWriter outgoing)
    {
        var line = head[..(head.IndexOf((byte)'\n') + 1)];
        head = head[line.Length..];
        foreach (var (method, name) in Methods)
        {
            if (line.StartsWith(method) && line.EndsWith(" HTTP/1.1\r\n"u8))
            {
                Method = name;
                outgoing.Add(line);
                _isPlain = line.Length > method.Length + " HTTP/1.1\r\n".Length && IsApps(line[method.Length..^" HTTP/1.1\r\n".Length]);
                return true;
            }
        }

        return false;
    }

    private bool IsApps(ReadOnlySpan<byte> target)
    {
        // The server in front refuses an escaped zero, whoever's it is.
        if (target.IsEmpty || target.Length > MostTarget || target[0] != '/' || target.ContainsAnyExcept(Target) || target.IndexOf("%0"u8) >= 0)
        {
            return false;
        }

        Span<char> text = stackalloc char[MostTarget];
        text = text[..Encoding.Latin1.GetChars(target, text)];
        return isApps(text);
    }

    private bool ReadFields(ReadOnlySpan<byte> head, HeadWriter outgoing, out ReadOnlySpan<byte> host)
    {
        // Lines that go on as they are go in one piece.
        host = default;
        var piece = head;
        var (passed, lines) = (0, 0);
        while (!head.IsEmpty)
        {
            var end = head.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0 || head[end] != '\r' || head[end + 1] != '\n')
            {
                return false;
            }

            var line = head[..end];
            if (!TrySplit(line, out var colon))
            {
                return false;
            }

            var name = line[..colon];
            var value = line[(colon + 1)..].Trim(" \t"u8);
            // Room that others than a space make, or that stands behind a value, is the server's to take away.
            _isPlain &= ++lines <= MostLines && (line.Length == colon + 1 + value.Length || (line.Length == colon + 2 + value.Length && line[colon + 1] == ' '));
            switch (FieldOf(name, value))
            {
                case Field.Left:
                    return false;
                case Field.Lent:
                    _isPlain = false;
                    break;
                case Field.Host:
                    host = value;
                    break;
                case Field.ForwardedFor:
                    outgoing.Add(piece[..passed]).Add(name).Add(": "u8).Add(value).Add(", "u8).Add(peer.Address).Add("\r\n"u8);
                    passed = 0;
                    goto case Field.Stays;
                case Field.Stays:
                    outgoing.Add(piece[..passed]);
                    head = piece = head[(end + 2)..];
                    passed = 0;
                    continue;
            }

            passed += end + 2;
            head = head[(end + 2)..];
        }

        outgoing.Add(piece[..passed]);
        return true;
    }

    /// <summary>Where the name of a field ends, if it is one.</summary>
    private static bool TrySplit(ReadOnlySpan<byte> line, out int colon)
    {
        colon = line.IndexOf((byte)':');
        return colon > 0 && HttpText.IsToken(line[..colon]) && !HttpText.HasControls(line[(colon + 1)..]);
    }

    private enum Field
    {
        Passes,
        Host,
        ForwardedFor,
        Stays,
        Lent,
        Left,
    }

    private Field FieldOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        switch (name.Length)
        {
            case 7 when Is(name, "upgrade"u8):
            case 17 when Is(name, "transfer-encoding"u8):
                return Field.Left;
            case 2 when Is(name, "te"u8):
            case 6 when Is(name, "expect"u8):
            case 7 when Is(name, "trailer"u8):
            case 10 when Is(name, "keep-alive"u8):
            case 16 when Is(name, "proxy-connection"u8):
                return Field.Lent;
            case 4 when Is(name, "host"u8):
                return Once(ref _hasHost) && IsHost(value) ? Field.Host : Field.Lent;
            case 6 when Is(name, "cookie"u8):
                return MayHoldOwnCookie(value) ? Field.Lent : Field.Passes;
            case 10 when Is(name, "connection"u8):
                return Is(value, "keep-alive"u8) ? Field.Stays : Is(value, "close"u8) ? Field.Lent : Field.Left;
            case 14 when Is(name, "content-length"u8):
                return _body >= 0 || !TryReadLength(value, out _body) ? Field.Left : value.Length > 1 && value[0] == '0' ? Field.Lent : Field.Passes;
            case 15 when Is(name, "x-forwarded-for"u8):
                return Once(ref _hasFor) && !peer.Client.StripsForwarded ? Field.ForwardedFor : Field.Lent;
            case 16 when Is(name, "x-forwarded-host"u8):
                return Once(ref _hasForwardedHost) && !peer.Client.StripsForwarded ? Field.Passes : Field.Lent;
            case 17 when Is(name, "x-forwarded-proto"u8):
                return Once(ref _hasProto) && !peer.Client.StripsForwarded ? Field.Passes : Field.Lent;
            default:
                return name.Contains((byte)'_') || ((peer.Client.StripsForwarded || own.MayContain(name)) && HeaderHygiene.Drops(HttpText.NameOf(name), peer.Client, own)) ? Field.Lent : Field.Passes;
        }
    }

    private void AddForwarded(HeadWriter outgoing, ReadOnlySpan<byte> host)
    {
        if (!_hasFor)
        {
            outgoing.Add(peer.ForwardedFor);
        }

        if (!_hasProto)
        {
            outgoing.Add(peer.ForwardedProto);
        }

        if (!_hasForwardedHost)
        {
            outgoing.Add("X-Forwarded-Host: "u8).Add(host).Add("\r\n"u8);
        }
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> known) => Ascii.EqualsIgnoreCase(name, known);

    private static bool Once(ref bool has) => !has && (has = true);

    /// <summary>A name or an IPv4 address, perhaps with a port; brackets are the server's to read.</summary>
    private static bool IsHost(ReadOnlySpan<byte> host)
    {
        var colon = host.IndexOf((byte)':');
        var name = colon < 0 ? host : host[..colon];
        return !name.IsEmpty && !name.ContainsAnyExcept(Host)
            && (colon < 0 || (Utf8Parser.TryParse(host[(colon + 1)..], out ushort _, out var digits) && digits == host.Length - colon - 1));
    }

    /// <summary>A length to which that of the head can be added.</summary>
    private static bool TryReadLength(ReadOnlySpan<byte> value, out long length) =>
        Utf8Parser.TryParse(value, out length, out var count) && count == value.Length && !value.ContainsAnyExceptInRange((byte)'0', (byte)'9') && length <= long.MaxValue - MostBytes;

    private static bool MayHoldOwnCookie(ReadOnlySpan<byte> value)
    {
        for (var rest = value; rest.IndexOf((byte)'-') is var at and >= 0; rest = rest[(at + 1)..])
        {
            if (at >= 7 && Is(rest.Slice(at - 7, 7), "sidecar"u8))
            {
                return true;
            }
        }

        return false;
    }
}
