using System.Net;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Sidecar.Hosting;

namespace Sidecar.Tests.Hosting;

public sealed class ClientAddressTests
{
    [Theory]
    [InlineData("203.0.113.9", "10.0.0.1", "203.0.113.9")]
    [InlineData("6.6.6.6, 203.0.113.9", "10.0.0.1", "203.0.113.9")]
    [InlineData("6.6.6.6, 203.0.113.9, 10.1.2.3", "10.0.0.1", "203.0.113.9")]
    [InlineData("10.9.9.9, 10.1.2.3", "10.0.0.1", "10.9.9.9")]
    [InlineData("", "10.0.0.1", "10.0.0.1")]
    [InlineData("unknown", "10.0.0.1", "10.0.0.1")]
    [InlineData("6.6.6.6, _hidden, 10.1.2.3", "10.0.0.1", "10.1.2.3")]
    [InlineData("203.0.113.9:4711", "10.0.0.1", "203.0.113.9")]
    [InlineData("[2001:db8::9]:4711", "10.0.0.1", "2001:db8::9")]
    [InlineData("[2001:db8::9]", "10.0.0.1", "2001:db8::9")]
    [InlineData("::ffff:203.0.113.9", "10.0.0.1", "203.0.113.9")]
    [InlineData("203.0.113.9,::ffff:10.1.1.1", "::ffff:10.0.0.1", "203.0.113.9")]
    [InlineData("203.0.113.9", "fd00::1", "203.0.113.9")]
    [InlineData("203.0.113.9", "192.0.2.7", "203.0.113.9")]
    [InlineData("203.0.113.9", "192.0.2.8", "192.0.2.8")]
    [InlineData("203.0.113.9", "11.0.0.1", "11.0.0.1")]
    public void Resolve_TrustedNetworks_ReadsRightToLeftToTheFirstStranger(string forwarded, string peer, string client) =>
        Assert.Equal(client, Resolve(peer, forwarded, "10.0.0.0/8", "fd00::/8", "192.0.2.7").Client.ToString());

    [Fact]
    public void Resolve_SeveralHeaders_AreOneList()
    {
        var context = Context("10.0.0.1");
        context.Request.Headers["X-Forwarded-For"] = new(["6.6.6.6", "203.0.113.9", "10.2.2.2"]);

        Assert.Equal("203.0.113.9", Resolver("10.0.0.0/8").Resolve(context).Client.ToString());
    }

    [Fact]
    public void Resolve_WhateverIsSpoofed_ClientOfATrustedProxyIsWhatItAppended() =>
        Gen.Select(Gen.String, Gen.Byte.Array[4]).Where(static (_, bytes) => bytes[0] != 10).Sample(static (spoofed, bytes) =>
        {
            var client = new IPAddress(bytes).ToString();
            return Resolve("10.0.0.1", $"{spoofed}, {client}", "10.0.0.0/8").Client.ToString() == client;
        });

    [Fact]
    public void Resolve_StrangerWithForwardedHeaders_IsItselfAndIsStripped()
    {
        var address = Resolve("198.51.100.1", "203.0.113.9", "10.0.0.0/8");

        Assert.Equal(("198.51.100.1", true, false, false), (address.Client.ToString(), address.StripsForwarded, address.LooksProxied, address.IsHttps));
    }

    [Theory]
    [InlineData("10.0.0.1", true)]
    [InlineData("172.31.255.255", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("192.168.1.1", true)]
    [InlineData("100.64.0.1", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("fd12::1", true)]
    [InlineData("fe80::1", true)]
    [InlineData("203.0.113.9", false)]
    [InlineData("2001:db8::1", false)]
    public void Resolve_NoNetworks_BelievesNobodyAndNoticesPrivateProxies(string peer, bool looksProxied)
    {
        var address = Resolve(peer, "6.6.6.6");

        Assert.Equal((address.Peer, looksProxied, false), (address.Client, address.LooksProxied, address.StripsForwarded));
        Assert.False(Resolve(peer, "").LooksProxied);
    }

    [Theory]
    [InlineData("10.0.0.1", "https", true)]
    [InlineData("10.0.0.1", "http, https", true)]
    [InlineData("10.0.0.1", "https, http", false)]
    [InlineData("198.51.100.1", "https", false)]
    public void Resolve_ForwardedProto_CountsFromTrustedProxiesOnly(string peer, string proto, bool isHttps)
    {
        var context = Context(peer);
        context.Request.Headers["X-Forwarded-Proto"] = proto;

        Assert.Equal(isHttps, Resolver("10.0.0.0/8").Resolve(context).IsHttps);
        Assert.False(Resolver().Resolve(context).IsHttps);
    }

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9")]
    [InlineData("::ffff:203.0.113.9", "203.0.113.9")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2:ffff::", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:3::1", "2001:db8:1:3::/64")]
    public void Network_OfAnAddress_IsWhatOneCustomerHolds(string peer, string network) => Assert.Equal(network, Resolve(peer, "").Network);

    [Theory]
    [InlineData("10.0.0.0/33")]
    [InlineData("proxy.example.org")]
    public void Options_WhatIsNoNetwork_IsAFault(string text)
    {
        var root = TestSettings.Of(("client_address.trusted_proxies[0]", text));
        ClientAddressOptions.Read(root);

        Assert.Contains(text, Assert.Single(root.Faults).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_NetworkWithAHostsBits_IsTheNetwork() => Assert.Equal("203.0.113.9", Resolve("10.200.0.1", "203.0.113.9", "10.0.0.1/8").Client.ToString());

    private static ClientAddress Resolve(string peer, string forwarded, params string[] networks)
    {
        var context = Context(peer);
        if (forwarded.Length > 0)
        {
            context.Request.Headers["X-Forwarded-For"] = forwarded;
        }

        return Resolver(networks).Resolve(context);
    }

    private static ClientAddressResolver Resolver(params string[] networks)
    {
        var root = TestSettings.Of([.. networks.Select(static (network, i) => ($"client_address.trusted_proxies[{i}]", network))]);
        var options = ClientAddressOptions.Read(root);
        Assert.Empty(root.Faults);
        return new(options);
    }

    private static DefaultHttpContext Context(string peer) => new() { Connection = { RemoteIpAddress = IPAddress.Parse(peer) } };
}
