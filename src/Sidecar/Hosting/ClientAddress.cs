using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Hosting;

/// <summary>Who asks, as far as it can be believed.</summary>
/// <param name="Peer">The other end of the connection.</param>
/// <param name="Client">The client: the peer, or what trusted proxies say.</param>
/// <param name="IsHttps">Whether the client spoke https, here or to a trusted proxy.</param>
/// <param name="StripsForwarded">Whether <c>X-Forwarded-*</c> of this request are lies to be dropped: networks are configured and the peer is in none.</param>
/// <param name="LooksProxied">Whether the peer seems to be a proxy that nobody configured, so that the client's address is not known.</param>
internal readonly record struct ClientAddress(IPAddress Peer, IPAddress Client, bool IsHttps, bool StripsForwarded, bool LooksProxied)
{
    /// <summary>What limits count by: the IPv4 address, or the /64 of an IPv6 address.</summary>
    public string Network
    {
        get
        {
            if (Client.AddressFamily != AddressFamily.InterNetworkV6)
            {
                return Client.ToString();
            }

            Span<byte> bytes = stackalloc byte[16];
            Client.TryWriteBytes(bytes, out _);
            bytes[8..].Clear();
            return $"{new IPAddress(bytes)}/64";
        }
    }
}

/// <summary>
/// Finds the client's address: <c>X-Forwarded-For</c> is read right to left through the configured networks, and the first
/// address outside them is the client. Without networks nothing is believed.
/// </summary>
internal sealed class ClientAddressResolver(ClientAddressOptions options)
{
    public ClientAddress Resolve(HttpContext context)
    {
        var peer = Plain(context.Connection.RemoteIpAddress ?? IPAddress.Loopback);
        var isHttps = context.Request.IsHttps;
        var forwarded = context.Request.Headers["X-Forwarded-For"];
        if (options.TrustedProxies.Count == 0)
        {
            return new(peer, peer, isHttps, StripsForwarded: false, LooksProxied: forwarded.Count > 0 && IsPrivate(peer));
        }

        if (!IsTrusted(peer))
        {
            return new(peer, peer, isHttps, StripsForwarded: true, LooksProxied: false);
        }

        var client = peer;
        var hops = string.Join(',', forwarded.ToArray()).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        for (var i = hops.Length - 1; i >= 0 && TryParseHop(hops[i], out var hop); i--)
        {
            client = hop;
            if (!IsTrusted(hop))
            {
                break;
            }
        }

        var proto = context.Request.Headers["X-Forwarded-Proto"];
        isHttps |= proto.Count > 0 && string.Equals(proto[^1]?.Split(',')[^1].Trim(), "https", StringComparison.OrdinalIgnoreCase);
        return new(peer, client, isHttps, StripsForwarded: false, LooksProxied: false);
    }

    /// <summary>Who asks over a connection on which nobody has said anything about it.</summary>
    public ClientAddress Resolve(EndPoint? remote, bool isHttps)
    {
        var peer = Plain((remote as IPEndPoint)?.Address ?? IPAddress.Loopback);
        return new(peer, peer, isHttps, StripsForwarded: options.TrustedProxies.Count > 0 && !IsTrusted(peer), LooksProxied: false);
    }

    private bool IsTrusted(IPAddress address)
    {
        foreach (var network in options.TrustedProxies)
        {
            if (network.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An address, which some proxies write with a port or in brackets.</summary>
    private static bool TryParseHop(string hop, out IPAddress address)
    {
        if (!IPAddress.TryParse(hop, out address!))
        {
            if (!IPEndPoint.TryParse(hop, out var endpoint))
            {
                return false;
            }

            address = endpoint.Address;
        }

        address = Plain(address);
        return true;
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool IsPrivate(IPAddress address)
    {
        if (IPAddress.IsLoopback(address) || address.IsIPv6UniqueLocal || address.IsIPv6LinkLocal)
        {
            return true;
        }

        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out var length) && length == 4
            && (bytes[0] == 10 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168) || (bytes[0] == 100 && bytes[1] is >= 64 and < 128));
    }
}
