using System.Text;
using System.Text.Json;
using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Limits;

/// <summary>Limits as a client of the real binary meets them.</summary>
public sealed class AnswerFieldsTests : IAsyncLifetime
{
    private DemoApp app = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => app = await DemoApp.StartAsync(new DemoAppOptions(new InProcessFlags(TimeProvider.System)));

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task Captcha_BeyondItsLimit_IsRefusedInTheAppsWordsAndTheStandardFields()
    {
        await using var sidecar = await StartAsync("limits: { captcha: { permits: 2, window: 1h } }");
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("image/jpeg", (await CaptchaAsync(sidecar)).Value("Content-Type"));
        }

        var refused = await CaptchaAsync(sidecar);

        var seconds = int.Parse(refused.Value("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(seconds, 3500, 3600);
        Assert.Equal(200, refused.Status);
        Assert.Equal($$"""{"code":10,"data":false,"message":"you still have to wait {{seconds}} seconds"}""", Encoding.UTF8.GetString(refused.Body));
        Assert.Equal("\"captcha\";q=2;w=3600", refused.Value("RateLimit-Policy"));
        Assert.Equal($"\"captcha\";r=0;t={seconds}", refused.Value("RateLimit"));
        // The client's own limit has room: another step is not refused.
        var otherStep = await PostAsync(sidecar, "/v1/user/forget/otp", """{"email":"alice@example.com","captcha":"AAAAA"}""");
        Assert.Null(otherStep.Value("Retry-After"));
    }

    [Fact]
    public async Task Captcha_DryRun_RefusesNothingAndCountsIt()
    {
        await using var sidecar = await StartAsync("limits: { captcha: { permits: 1, mode: dry_run } }");
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("image/jpeg", (await CaptchaAsync(sidecar)).Value("Content-Type"));
        }

        var metrics = Encoding.UTF8.GetString((await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/metrics"), Cancelled)).Body);
        Assert.Matches("""sidecar_limits_decisions[^\n]*\{[^\n]*decision="dry_run"[^\n]*limit="captcha"[^\n]*\} 2""", metrics);
    }

    [Fact]
    public async Task Forwarded_PathWithALimit_IsRefusedInEverySpellingAndByMethod()
    {
        await using var sidecar = await StartAsync("limits: { forwarded: [ { path: /demo/echo/login, methods: [POST], permits: 2, window: 1h } ] }");
        Assert.Equal(200, (await PostAsync(sidecar, "/demo/echo/login", "{}")).Status);
        Assert.Equal(200, (await PostAsync(sidecar, "/demo/echo/login?x", "{}")).Status);

        string[] spellings = ["/demo/echo/login", "/demo/echo/%6Cogin", "/demo//echo/login", "/demo/echo/x/../login", "/demo/echo/login/", "/demo/echo/login;a=b", "/DEMO/echo/login"];
        foreach (var spelling in spellings)
        {
            var refused = await PostAsync(sidecar, spelling, "{}");
            Assert.Equal((429, "application/json"), (refused.Status, refused.Value("Content-Type")));
            Assert.Equal("""{"code":429,"data":null,"message":"too many requests"}""", Encoding.UTF8.GetString(refused.Body));
            Assert.Equal("\"forwarded:POST:/demo/echo/login\";q=2;w=3600", refused.Value("RateLimit-Policy"));
            Assert.StartsWith("\"forwarded:POST:/demo/echo/login\";r=0;t=", refused.Value("RateLimit"), StringComparison.Ordinal);
            Assert.NotNull(refused.Value("Retry-After"));
        }

        Assert.Equal(200, (await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/demo/echo/login"), Cancelled)).Status);
        Assert.Equal(200, (await PostAsync(sidecar, "/demo/echo/logins", "{}")).Status);
    }

    [Fact]
    public async Task Forwarded_WithinALimit_GoesOnAsSentAndComesBackUntouched()
    {
        await using var sidecar = await StartAsync("limits: { forwarded: [ { path: \"/demo/*\", permits: 100, window: 1m } ] }");

        var answer = await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/demo/echo//a%2Fb/./c?d=%zz"), Cancelled);

        using var echo = JsonDocument.Parse(answer.Body);
        Assert.Equal("/demo/echo//a%2Fb/./c?d=%zz", echo.RootElement.GetProperty("target").GetString());
        Assert.Null(answer.Value("RateLimit"));
        Assert.Null(answer.Value("RateLimit-Policy"));
    }

    private static Task<RawResponse> CaptchaAsync(SidecarProcess sidecar) =>
        RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/v1/user/forget/captcha?email=alice@example.com"), Cancelled);

    private static Task<RawResponse> PostAsync(SidecarProcess sidecar, string target, string json) => RawHttp.SendAsync(
        new(sidecar.BaseUrl, "POST", target) { Headers = [new("Content-Type", "application/json")], Body = Encoding.UTF8.GetBytes(json) }, Cancelled);

    private Task<SidecarProcess> StartAsync(string settings) => SidecarProcess.StartAsync(
        new SidecarLaunch { Upstream = app.Address, Files = new Dictionary<string, string> { ["sidecar.yaml"] = settings } }, Cancelled);
}
