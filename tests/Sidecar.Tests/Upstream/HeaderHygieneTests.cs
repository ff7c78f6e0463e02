using System.Net;
using Microsoft.AspNetCore.Http;
using Sidecar.Hosting;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

public sealed class HeaderHygieneTests
{
    private static readonly IPAddress Peer = IPAddress.Parse("192.0.2.1");

    [Fact]
    public void Apply_NoNetworks_PassesOnAndAppendsThePeer()
    {
        var sent = Apply(strips: false, ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Proto", "https"), ("X-Real-IP", "6.6.6.6"), ("Forwarded", "for=6.6.6.6"));

        Assert.Equal(["6.6.6.6, 192.0.2.1"], sent.GetValues("X-Forwarded-For"));
        Assert.Equal(["https"], sent.GetValues("X-Forwarded-Proto"));
        Assert.Equal(["app.example.org:8080"], sent.GetValues("X-Forwarded-Host"));
        Assert.Equal(["6.6.6.6"], sent.GetValues("X-Real-IP"));
        Assert.Equal(["for=6.6.6.6"], sent.GetValues("Forwarded"));
    }

    [Fact]
    public void Apply_NothingReceived_SaysWhoAsks()
    {
        var sent = Apply(strips: false);

        Assert.Equal(("192.0.2.1", "http", "app.example.org:8080"), (sent.GetValues("X-Forwarded-For").Single(), sent.GetValues("X-Forwarded-Proto").Single(), sent.GetValues("X-Forwarded-Host").Single()));
    }

    [Fact]
    public void Apply_SeveralForwardedHeaders_BecomeOneInOrder()
    {
        var sent = Apply(strips: false, ("X-Forwarded-For", "6.6.6.6"), ("x-forwarded-for", "7.7.7.7, 8.8.8.8"));

        Assert.Equal(["6.6.6.6, 7.7.7.7, 8.8.8.8, 192.0.2.1"], sent.GetValues("X-Forwarded-For"));
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("x_forwarded_for")]
    [InlineData("X-Forwarded_Proto")]
    [InlineData("X-Forwarded-Host")]
    [InlineData("X-Forwarded-Prefix")]
    [InlineData("X_Forwarded_Anything")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    [InlineData("X_Real_IP")]
    [InlineData("X-Client-IP")]
    [InlineData("True-Client-IP")]
    public void Apply_StrangerWhereNetworksAreSet_IsNotBelieved(string name)
    {
        var sent = Apply(strips: true, (name, "6.6.6.6"));

        Assert.DoesNotContain(sent, static header => header.Value.Contains("6.6.6.6"));
        Assert.Equal(["192.0.2.1"], sent.GetValues("X-Forwarded-For"));
    }

    [Theory]
    [InlineData("X_Forwarded_For")]
    [InlineData("x-forwarded_for")]
    [InlineData("X_Forwarded_Proto")]
    [InlineData("X_FORWARDED_HOST")]
    [InlineData("Sidecar-Ticket")]
    [InlineData("SIDECAR-ticket")]
    [InlineData("Sidecar_Ticket")]
    public void Apply_OtherSpellingOfWhatIsAdded_NeverPasses(string name) =>
        Assert.DoesNotContain(Apply(strips: false, (name, "forged")), static header => header.Value.Any(static value => value.Contains("forged", StringComparison.Ordinal)));

    [Theory]
    [InlineData("X-Request-Id")]
    [InlineData("X_Custom")]
    [InlineData("Sidecar-Tickets")]
    [InlineData("Side-Ticket-Car")]
    [InlineData("Authorization")]
    [InlineData("X-Forward")]
    public void Apply_AnybodyElses_Stays(string name) => Assert.Equal(["kept"], Apply(strips: true, (name, "kept")).GetValues(name));

    [Fact]
    public void Apply_Cookies_LoseOursAndKeepTheirLines()
    {
        var sent = Apply(strips: false, ("Cookie", "a=1; sidecar-flow=x"), ("Cookie", "__Host-sidecar-flow=x"), ("Cookie", "b=2;c"));

        Assert.Equal(["a=1", "b=2;c"], sent.NonValidated["Cookie"]);
    }

    [Fact]
    public void Apply_OnlyOurCookie_LeavesNoHeader() => Assert.False(Apply(strips: false, ("Cookie", "sidecar-flow=x")).Contains("Cookie"));

    private static System.Net.Http.Headers.HttpRequestHeaders Apply(bool strips, params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Request.Scheme = "http";
        context.Request.Host = new("app.example.org", 8080);
        using var outgoing = new HttpRequestMessage();
        foreach (var (name, value) in headers)
        {
            context.Request.Headers.Append(name, value);
            outgoing.Headers.TryAddWithoutValidation(name, value);
        }

        HeaderHygiene.Apply(context.Request, outgoing.Headers, new ClientAddress(Peer, Peer, false, strips, false), OwnHeaders.Default);
        return outgoing.Headers;
    }
}
