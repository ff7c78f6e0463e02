using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>
/// The whole way in front of the releases of which there is no recording, played by the stand-in as their source reads: their picture,
/// their proof in their Redis, their own answer to the reset.
/// </summary>
public sealed partial class ReleaseFlowTests : IAsyncDisposable
{
    private const string Alice = "alice@example.com";

    private readonly CookieJar jar = new(TimeProvider.System);
    private DemoWorld world = null!;
    private AppPaths paths = null!;

    public async ValueTask DisposeAsync() => await world.DisposeAsync();

    [Fact]
    public async Task Single_RightCode_IsTheAppsOwnOnceAndOpensASession()
    {
        await StartAsync(AppRelease.V1Single);
        var code = await CodeAsync(Alice);

        Assert.Equal("109 expired otp", await SayAsync(paths.Reset, Single(Alice, code == "AAAAAAAA" ? "BBBBBBBB" : "AAAAAAAA")));
        Assert.False(await world.AppRedis.KeyExistsAsync("otp_attempts:" + Alice));
        var reset = await PostAsync(paths.Reset, Single("ALICE@example.com", code.ToLowerInvariant()));

        Assert.Equal("0 Password reset successful. Logged in.", Words(reset));
        Assert.Equal(200, (await InfoAsync(reset.Value("Authorization")!)).Status);
        Assert.Equal("10 expired otp", await SayAsync(paths.Reset, Single(Alice, code)));
        Assert.False(await world.AppRedis.KeyExistsAsync("otp:" + Alice));
        Assert.Empty(world.FellThrough);
    }

    [Fact]
    public async Task Defect14_ResetBeforeV023_LogsInAndKeepsTheOldPassword()
    {
        await StartAsync(AppRelease.V1Single);

        Assert.Equal("0 Password reset successful. Logged in.", await SayAsync(paths.Reset, Single(Alice, await CodeAsync(Alice))));
        Assert.Equal("109 Email and password do not match!", await SayAsync(paths.Login, Login("NewPass1!")));
        Assert.Equal("0 Welcome back!", await SayAsync(paths.Login, Login("alice-password")));
    }

    [Theory]
    [InlineData(Alice)]
    [InlineData("ALICE@Example.com")]
    public async Task Go_WholeWay_SetsThePasswordAndEndsOlderSessions(string typed)
    {
        await StartAsync(AppRelease.RestGo);
        var login = await PostAsync(paths.Login, Login("alice-password"));
        var before = login.Value("Authorization")!;
        Assert.Contains("\"code\":0", Text(await InfoAsync(before)), StringComparison.Ordinal);

        var code = await CodeAsync(typed);
        Assert.Equal("109 email not verified", await SayAsync(paths.Reset, Passwords(typed)));
        Assert.Equal("0 otp verified", await SayAsync(paths.Verify!, new() { ["email"] = typed, ["otp"] = code }));
        var reset = await PostAsync(paths.Reset, Passwords(typed));

        Assert.Equal("0 Password reset successful. Logged in.", Words(reset));
        Assert.True(world.App.Users.PasswordIs(Alice, "NewPass1!"));
        Assert.Equal((401, 200), ((await InfoAsync(before)).Status, (await InfoAsync(reset.Value("Authorization")!)).Status));
        Assert.False(await world.AppRedis.KeyExistsAsync("otp:verified:" + Alice));
        Assert.Empty(world.FellThrough);
    }

    [Theory]
    [InlineData(nameof(AppRelease.V1Single))]
    [InlineData(nameof(AppRelease.RestGo))]
    public async Task Address_WithoutAccount_IsUnknownToTheAppsOwnLogin(string release)
    {
        await StartAsync(Enum.Parse<AppRelease>(release));

        Assert.Equal("102 invalid email", Words(await PictureAsync("nobody@example.com")));
        Assert.Empty(await world.Mailbox.ReadAsync(TestContext.Current.CancellationToken));
    }

    private async Task StartAsync(AppRelease release)
    {
        world = await DemoWorld.StartAsync(release, TestContext.Current.CancellationToken);
        paths = AppPaths.Of(release);
        await world.ResetAsync(TestContext.Current.CancellationToken);
    }

    private async Task<string> CodeAsync(string email)
    {
        var picture = await PictureAsync(email);
        var body = new JsonObject { ["email"] = email, ["captcha"] = world.CaptchaAnswer };
        if (picture.Value("Content-Type")!.StartsWith("application/json", StringComparison.Ordinal))
        {
            var data = JsonNode.Parse(picture.Body)!["data"]!;
            Assert.Matches(DataUrl(), (string?)data["captcha_image"]);
            body["captcha_id"] = (string?)data["captcha_id"];
        }

        Assert.Equal("0 verification passed, email sent", await SayAsync(paths.Otp, body));
        var mail = Assert.Single(await world.Mailbox.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal(email, mail.Recipient);
        return mail.Code!;
    }

    private Task<RawResponse> PictureAsync(string email) => SendAsync(paths.CaptchaMethod, $"{paths.Captcha}?email={email}", []);

    private static JsonObject Single(string email, string code) =>
        new() { ["email"] = email, ["otp"] = code, ["new_password"] = "TmV3UGFzczEh", ["confirm_new_password"] = "TmV3UGFzczEh" };

    private JsonObject Login(string password) => new() { ["email"] = Alice, ["password"] = world.App.Cipher.Encrypt(password) };

    private JsonObject Passwords(string email) => new()
    {
        ["email"] = email,
        ["new_password"] = world.App.Cipher.Encrypt("NewPass1!"),
        ["confirm_new_password"] = world.App.Cipher.Encrypt("NewPass1!"),
    };

    private async Task<string> SayAsync(string path, JsonObject body) => Words(await PostAsync(path, body));

    private Task<RawResponse> PostAsync(string path, JsonObject body) => SendAsync("POST", path, Encoding.UTF8.GetBytes(body.ToJsonString()), KeyValuePair.Create("Content-Type", "application/json"));

    private Task<RawResponse> InfoAsync(string authorization) => SendAsync("GET", paths.Info, [], KeyValuePair.Create("Authorization", authorization));

    private async Task<RawResponse> SendAsync(string method, string target, byte[] body, params KeyValuePair<string, string>[] headers)
    {
        List<KeyValuePair<string, string>> all = [.. headers];
        if (jar.Header is { } cookies)
        {
            all.Add(new("Cookie", cookies));
        }

        var response = await RawHttp.SendAsync(new(world.BaseUrl, method, target) { Headers = all, Body = body }, TestContext.Current.CancellationToken);
        jar.Store(response.Values("Set-Cookie"));
        return response;
    }

    private static string Words(RawResponse response) => JsonNode.Parse(response.Body) is var node ? $"{node!["code"]} {node["message"]}" : "";

    private static string Text(RawResponse response) => Encoding.UTF8.GetString(response.Body);

    [GeneratedRegex("^data:image/png;base64,[A-Za-z0-9+/]{1000,}=*$")]
    private static partial Regex DataUrl();
}
