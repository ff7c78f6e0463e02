using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Hosting;
using Sidecar.Http1;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

/// <summary>One set of rules, whichever engine carries a request.</summary>
public abstract class HeaderHygieneTests
{
    private static readonly IPAddress Peer = IPAddress.Parse("192.0.2.1");

    [Fact]
    public void Apply_NoNetworks_PassesOnAndAppendsThePeer()
    {
        var sent = Apply(strips: false, ("X-Forwarded-For", "6.6.6.6"), ("X-Forwarded-Proto", "https"), ("X-Real-IP", "6.6.6.6"), ("Forwarded", "for=6.6.6.6"));

        Assert.Equal(["6.6.6.6, 192.0.2.1"], sent["X-Forwarded-For"]);
        Assert.Equal(["https"], sent["X-Forwarded-Proto"]);
        Assert.Equal(["app.example.org:8080"], sent["X-Forwarded-Host"]);
        Assert.Equal(["6.6.6.6"], sent["X-Real-IP"]);
        Assert.Equal(["for=6.6.6.6"], sent["Forwarded"]);
    }

    [Fact]
    public void Apply_NothingReceived_SaysWhoAsks()
    {
        var sent = Apply(strips: false);

        Assert.Equal(("192.0.2.1", "http", "app.example.org:8080"), (sent["X-Forwarded-For"].Single(), sent["X-Forwarded-Proto"].Single(), sent["X-Forwarded-Host"].Single()));
    }

    [Fact]
    public void Apply_SeveralForwardedHeaders_BecomeOneInOrder()
    {
        var sent = Apply(strips: false, ("X-Forwarded-For", "6.6.6.6"), ("x-forwarded-for", "7.7.7.7, 8.8.8.8"));

        Assert.Equal(["6.6.6.6, 7.7.7.7, 8.8.8.8, 192.0.2.1"], sent["X-Forwarded-For"]);
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

        Assert.DoesNotContain(sent, static header => header.Value.Any(static value => value.Contains("6.6.6.6", StringComparison.Ordinal)));
        Assert.Equal(["192.0.2.1"], sent["X-Forwarded-For"]);
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
    public void Apply_AnybodyElses_Stays(string name) => Assert.Equal(["kept"], Apply(strips: true, (name, "kept"))[name]);

    [Fact]
    public void Apply_Cookies_LoseOursAndKeepTheirLines()
    {
        var sent = Apply(strips: false, ("Cookie", "a=1; sidecar-flow=x"), ("Cookie", "__Host-sidecar-flow=x"), ("Cookie", "b=2;c"));

        Assert.Equal(["a=1", "b=2;c"], sent["Cookie"]);
    }

    [Fact]
    public void Apply_OnlyOurCookie_LeavesNoHeader() => Assert.False(Apply(strips: false, ("Cookie", "sidecar-flow=x")).ContainsKey("Cookie"));

    private protected static DefaultHttpContext Incoming((string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Scheme = "http";
        context.Request.Host = new("app.example.org", 8080);
        context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/x?%7E";
        foreach (var (name, value) in headers)
        {
            context.Request.Headers.Append(name, value);
        }

        return context;
    }

    private protected static ClientAddress Client(bool strips) => new(Peer, Peer, false, strips, false);

    /// <summary>The lines that go to the app, by name.</summary>
    private protected abstract IReadOnlyDictionary<string, string[]> Apply(bool strips, params (string Name, string Value)[] headers);
}

public sealed class YarpHeaderHygieneTests : HeaderHygieneTests
{
    private protected override IReadOnlyDictionary<string, string[]> Apply(bool strips, params (string Name, string Value)[] headers)
    {
        using var outgoing = new HttpRequestMessage();
        foreach (var (name, value) in headers)
        {
            outgoing.Headers.TryAddWithoutValidation(name, value);
        }

        HeaderHygiene.Apply(Incoming(headers).Request, outgoing.Headers, Client(strips), OwnHeaders.Default);
        return outgoing.Headers.NonValidated.ToDictionary(static header => header.Key, static header => header.Value.ToArray(), StringComparer.OrdinalIgnoreCase);
    }
}

public sealed class DirectHeaderHygieneTests : HeaderHygieneTests
{
    [Fact]
    public void Write_PlainRequest_IsTheOneThatCame() =>
        Assert.Equal(
            "GET /x?%7E HTTP/1.1\r\nHost: app.example.org:8080\r\nX-Twice: b\r\nX-Twice: a\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: app.example.org:8080\r\n\r\n",
            Written(Incoming([("X-Twice", "b"), ("X-Twice", "a")])));

    [Theory]
    [InlineData("Connection", "close")]
    [InlineData("Keep-Alive", "timeout=5")]
    [InlineData("Proxy-Connection", "keep-alive")]
    [InlineData("TE", "gzip")]
    [InlineData("Upgrade", "h2c")]
    public void Write_ForThisHop_StaysHere(string name, string value) =>
        Assert.DoesNotContain(name + ":", Written(Incoming([(name, value)])), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Write_NamedByConnection_StaysHere()
    {
        var written = Written(Incoming([("Connection", "X-Hop, close"), ("X-Hop", "1"), ("X-Hope", "2"), ("X-Forwarded-For", "6.6.6.6"), ("Connection", "x-forwarded-for")]));

        Assert.DoesNotContain("X-Hop:", written, StringComparison.Ordinal);
        Assert.Contains("X-Hope: 2\r\n", written, StringComparison.Ordinal);
        Assert.Contains("X-Forwarded-For: 192.0.2.1\r\n", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NamedByConnection_NeverTheHost() =>
        Assert.Contains("Host: app.example.org:8080\r\n", Written(Incoming([("Connection", "Host, Content-Length"), ("Content-Length", "4")])), StringComparison.Ordinal);

    [Theory]
    [InlineData("Content-Length", "4", "Content-Length: 4\r\n\r\n")]
    [InlineData("Content-Length", "0", "Content-Length: 0\r\n\r\n")]
    [InlineData("Transfer-Encoding", "chunked", "Transfer-Encoding: chunked\r\n\r\n")]
    public void Write_Framing_IsSaidOnceAndLast(string name, string value, string end)
    {
        var written = Written(Incoming([(name, value)]));

        Assert.EndsWith(end, written, StringComparison.Ordinal);
        Assert.Equal(written.IndexOf(name, StringComparison.OrdinalIgnoreCase), written.LastIndexOf(name, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Write_Assertion_IsAdded()
    {
        var context = Incoming([("Sidecar-Assertion", "forged")]);
        context.Features.Set(new OutgoingAssertion("Sidecar-Assertion", "signed"));

        var written = Written(context);

        Assert.Contains("Sidecar-Assertion: signed\r\n", written, StringComparison.Ordinal);
        Assert.DoesNotContain("forged", written, StringComparison.Ordinal);
    }

    private protected override IReadOnlyDictionary<string, string[]> Apply(bool strips, params (string Name, string Value)[] headers) =>
        Written(Incoming(headers), strips).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1)
            .Select(static line => line.Split(": ", 2))
            .GroupBy(static parts => parts[0], static parts => parts[1], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(static lines => lines.Key, static lines => lines.ToArray(), StringComparer.OrdinalIgnoreCase);

    private static string Written(HttpContext context, bool strips = false)
    {
        using var head = new HeadWriter();
        DirectHead.Write(head, context, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, context.Request.Headers.TransferEncoding.Count > 0, Client(strips), OwnHeaders.Default, trace: null);
        return Encoding.Latin1.GetString(head.Written.Span);
    }
}
