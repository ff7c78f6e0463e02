using Sidecar.Contracts;

namespace Sidecar.Tests.Contracts;

public sealed class OriginRuleTests
{
    private readonly OriginRule _rule = new(RecoverySamples.Options with { AllowedOrigins = ["https://login.example.org", "http://[2001:db8::1]:81"] });

    [Theory]
    [InlineData("app.example.org", null, null, true)]
    [InlineData("app.example.org", "http://app.example.org", null, true)]
    [InlineData("app.example.org", "https://app.example.org", null, true)]
    [InlineData("app.example.org", "HTTPS://APP.example.org", null, true)]
    [InlineData("app.example.org:8080", "http://app.example.org:8080", null, true)]
    [InlineData("app.example.org:443", "https://app.example.org", null, true)]
    [InlineData("[::1]:8080", "http://[::1]:8080", null, true)]
    [InlineData("app.example.org", "https://login.example.org", null, true)]
    [InlineData("app.example.org", "http://[2001:db8::1]:81", null, true)]
    [InlineData("inner", "https://outer.example.org", "same-origin", true)]
    [InlineData("inner", "https://outer.example.org", "same-site", false)]
    [InlineData("inner", "https://outer.example.org", "cross-site", false)]
    [InlineData("app.example.org", "http://app.example.org:8080", null, false)]
    [InlineData("app.example.org:8080", "http://app.example.org", null, false)]
    [InlineData("app.example.org", "https://app.example.org.evil.test", null, false)]
    [InlineData("app.example.org", "https://evil.test", null, false)]
    [InlineData("app.example.org", "https://login.example.org:444", null, false)]
    [InlineData("app.example.org", "http://login.example.org", null, false)]
    [InlineData("app.example.org", "null", null, false)]
    [InlineData("app.example.org", "app.example.org", null, false)]
    [InlineData("", "null", null, false)]
    [InlineData("", "file:///etc", null, false)]
    public void Allows_Origin_OwnOrListed(string host, string? origin, string? site, bool allowed)
    {
        var exchange = new HttpExchange();
        exchange.Context.Request.Host = new(host);
        if (origin is not null)
        {
            exchange.With("Origin", origin);
        }

        if (site is not null)
        {
            exchange.With("Sec-Fetch-Site", site);
        }

        Assert.Equal(allowed, _rule.Allows(exchange.Context.Request));
    }

    [Fact]
    public void Share_ListedOrigin_MayReadTheAnswerWithItsCookie()
    {
        var exchange = new HttpExchange().With("Origin", "https://login.example.org");

        _rule.Share(exchange.Context);

        Assert.Equal(("https://login.example.org", "true", "Origin"), (exchange.Header("Access-Control-Allow-Origin"), exchange.Header("Access-Control-Allow-Credentials"), exchange.Header("Vary")));
        Assert.Contains("Sidecar-Ticket", exchange.Header("Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.Contains("Sidecar-Ticket", exchange.Header("Access-Control-Allow-Headers"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.test")]
    [InlineData("http://app.example.org")]
    [InlineData("null")]
    public void Share_AnyOther_IsToldNothing(string origin)
    {
        var exchange = new HttpExchange().With("Origin", origin);

        _rule.Share(exchange.Context);

        Assert.Empty(exchange.Context.Response.Headers);
    }
}
