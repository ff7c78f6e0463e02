using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>Who the app is told the client is.</summary>
public class ForwardedForTests(ForwardingWorld world)
{
    private static readonly KeyValuePair<string, string>[] Claims =
    [
        new("Host", "app.example:8443"),
        new("X-Forwarded-For", "203.0.113.7, 10.1.1.1"),
        new("X-Forwarded-Proto", "https"),
        new("X-Forwarded-Host", "login.example"),
        new("X-Forwarded-Prefix", "/x"),
        new("X_Forwarded_For", "198.51.100.1"),
        new("Forwarded", "for=203.0.113.7"),
        new("X-Real-IP", "203.0.113.7"),
    ];

    /// <summary>Names in the letters of ASCII that stand for others stay as they are, those that stand for none, too.</summary>
    [Theory]
    [InlineData("app.example:8443")]
    [InlineData("xn--bcher-kva.example")]
    [InlineData("xn--a")]
    public async Task Forwarded_NothingReceived_NamesThePeer(string host)
    {
        var echo = await world.EchoAsync("GET", "/demo/echo/f", new KeyValuePair<string, string>("Host", host));

        Assert.Equal("127.0.0.1", echo.Value("X-Forwarded-For"));
        Assert.Equal("http", echo.Value("X-Forwarded-Proto"));
        Assert.Equal(host, echo.Value("X-Forwarded-Host"));
    }

    [Fact]
    public async Task Forwarded_NoTrustedNetworks_ReceivedValuesPassWithThePeerAppended()
    {
        var echo = await world.EchoAsync("GET", "/demo/echo/f", Claims);

        Assert.Equal("203.0.113.7, 10.1.1.1, 127.0.0.1", echo.Value("X-Forwarded-For"));
        AssertReceivedValuesPassed(echo);
    }

    [Fact]
    public async Task Forwarded_PeerIsTrusted_ReceivedValuesPassWithThePeerAppended()
    {
        await using var sidecar = await StartAsync("127.0.0.0/8");

        var echo = await EchoAsync(sidecar);

        Assert.Equal("203.0.113.7, 10.1.1.1, 127.0.0.1", echo.Value("X-Forwarded-For"));
        AssertReceivedValuesPassed(echo);
    }

    [Fact]
    public async Task Forwarded_PeerIsNotTrusted_ReceivedValuesAreStripped()
    {
        await using var sidecar = await StartAsync("192.0.2.0/24");

        var echo = await EchoAsync(sidecar);

        Assert.Equal("127.0.0.1", echo.Value("X-Forwarded-For"));
        Assert.Equal("http", echo.Value("X-Forwarded-Proto"));
        Assert.Equal("app.example:8443", echo.Value("X-Forwarded-Host"));
        Assert.All(["X-Forwarded-Prefix", "X_Forwarded_For", "Forwarded", "X-Real-IP"], name => Assert.Empty(echo.Values(name)));
    }

    private static void AssertReceivedValuesPassed(Echo echo)
    {
        Assert.Equal("https", echo.Value("X-Forwarded-Proto"));
        Assert.Equal("login.example", echo.Value("X-Forwarded-Host"));
        Assert.Equal("/x", echo.Value("X-Forwarded-Prefix"));
        Assert.Equal("203.0.113.7", echo.Value("X-Real-IP"));
    }

    private static async Task<Echo> EchoAsync(SidecarProcess sidecar) =>
        Echo.Of(await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/demo/echo/f") { Headers = Claims }, TestContext.Current.CancellationToken));

    private Task<SidecarProcess> StartAsync(string trusted) =>
        SidecarProcess.StartAsync(new() { Upstream = world.App.Address, Settings = [$"client_address.trusted_proxies={trusted}", world.Engine] });
}

public sealed class YarpForwardedForTests(YarpWorld world) : ForwardedForTests(world);
