using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Contracts;
using Sidecar.Otp;

namespace Sidecar.Tests.Contracts;

public sealed class TicketCarrierTests
{
    private readonly TicketCarrier _tickets = new(RecoverySamples.Options, NullLogger<TicketCarrier>.Instance);

    [Theory]
    [InlineData(null, "sidecar-flow=c", "c")]
    [InlineData("h", "sidecar-flow=c", "h")]
    [InlineData("h", "", "h")]
    [InlineData("", "sidecar-flow=c", "")]
    [InlineData(null, "__Host-sidecar-flow=c", null)]
    [InlineData(null, "sidecar-verify=c", null)]
    [InlineData(null, "", null)]
    public void Read_Request_HeaderAloneCountsWhereThereIsOne(string? header, string cookie, string? ticket)
    {
        var exchange = new HttpExchange().With("Cookie", cookie);
        if (header is not null)
        {
            exchange.With("Sidecar-Ticket", header);
        }

        Assert.Equal(ticket, _tickets.Read(exchange.Context.Request, HttpExchange.Client, Purpose.Recovery));
    }

    [Fact]
    public void Read_Https_TakesOnlyTheCookieThatHttpCannotPlant()
    {
        var exchange = new HttpExchange().With("Cookie", "sidecar-flow=planted; __Host-sidecar-flow=own");

        Assert.Equal("own", _tickets.Read(exchange.Context.Request, HttpExchange.HttpsClient, Purpose.Recovery));
        Assert.Null(_tickets.Read(new HttpExchange().With("Cookie", "sidecar-flow=planted").Context.Request, HttpExchange.HttpsClient, Purpose.Recovery));
    }

    [Fact]
    public void Cookies_OfVerification_AreItsOwn()
    {
        var exchange = new HttpExchange().With("Cookie", "sidecar-flow=r; sidecar-verify=v");
        _tickets.Write(exchange.Context, HttpExchange.HttpsClient, Purpose.Verification, "abc");

        Assert.Equal(("r", "v"), (_tickets.Read(exchange.Context.Request, HttpExchange.Client, Purpose.Recovery), _tickets.Read(exchange.Context.Request, HttpExchange.Client, Purpose.Verification)));
        Assert.Equal("__Host-sidecar-verify=abc; path=/; secure; samesite=lax; httponly", exchange.Header("Set-Cookie"));
    }

    [Fact]
    public void Write_Https_IsAHostCookieAndAHeader()
    {
        var exchange = new HttpExchange();
        _tickets.Write(exchange.Context, HttpExchange.HttpsClient, Purpose.Recovery, "abc-_");

        Assert.Equal(("abc-_", "__Host-sidecar-flow=abc-_; path=/; secure; samesite=lax; httponly"), (exchange.Header("Sidecar-Ticket"), exchange.Header("Set-Cookie")));
    }

    [Fact]
    public void Write_PlainHttp_IsACookieThatPlainHttpCanKeep()
    {
        var exchange = new HttpExchange();
        _tickets.Write(exchange.Context, HttpExchange.Client, Purpose.Recovery, "abc");

        Assert.Equal("sidecar-flow=abc; path=/; samesite=lax; httponly", exchange.Header("Set-Cookie"));
    }

    [Theory]
    [InlineData(true, "__Host-sidecar-flow=abc; path=/; secure;")]
    [InlineData(false, "sidecar-flow=abc; path=/; samesite")]
    public void Write_SecureAsConfigured_WhateverTheScheme(bool secure, string cookie)
    {
        var tickets = new TicketCarrier(RecoverySamples.Options with { SecureCookie = secure }, NullLogger<TicketCarrier>.Instance);
        foreach (var client in new[] { HttpExchange.Client, HttpExchange.HttpsClient })
        {
            var exchange = new HttpExchange();
            tickets.Write(exchange.Context, client, Purpose.Recovery, "abc");
            Assert.StartsWith(cookie, exchange.Header("Set-Cookie"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("cross-site", false)]
    [InlineData("same-site", true)]
    [InlineData("none", true)]
    public void Write_FetchedByAnotherSite_SetsNoCookie(string site, bool sets)
    {
        var exchange = new HttpExchange("GET").With("Sec-Fetch-Site", site);
        _tickets.Write(exchange.Context, HttpExchange.Client, Purpose.Recovery, "abc");

        Assert.Equal(sets, exchange.Header("Set-Cookie").Length > 0);
        Assert.Equal("abc", exchange.Header("Sidecar-Ticket"));
    }

    [Fact]
    public void Delete_Https_EndsTheSameCookie()
    {
        var exchange = new HttpExchange();
        _tickets.Delete(exchange.Context, HttpExchange.HttpsClient, Purpose.Recovery);

        Assert.Equal("__Host-sidecar-flow=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/; secure; samesite=lax; httponly", exchange.Header("Set-Cookie"));
    }
}
