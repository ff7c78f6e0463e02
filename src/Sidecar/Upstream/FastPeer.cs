using System.Text;
using Sidecar.Hosting;

namespace Sidecar.Upstream;

/// <summary>The other end of a client's connection, in the words that the app is told.</summary>
internal sealed class FastPeer
{
    /// <param name="client">Who it is.</param>
    public FastPeer(ClientAddress client)
    {
        Client = client;
        Address = Encoding.ASCII.GetBytes(client.Peer.ToString());
        ForwardedFor = [.. "X-Forwarded-For: "u8, .. Address, .. "\r\n"u8];
        ForwardedProto = client.IsHttps ? [.. "X-Forwarded-Proto: https\r\n"u8] : [.. "X-Forwarded-Proto: http\r\n"u8];
    }

    public ClientAddress Client { get; }

    public byte[] Address { get; }

    public byte[] ForwardedFor { get; }

    public byte[] ForwardedProto { get; }

    public string Scheme => Client.IsHttps ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
}
