using System.Net;
using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Pages;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Contracts;

/// <summary>The binary before releases whose hand-over has a form of its own, over the Redis that both share.</summary>
public sealed class ReleaseContractTests
{
    private const string Reset = "/v1/user/forget";
    private const string GoCode = "/api/v1/auth/password/forgot/otp";
    private const string Done = "0 Password reset successful. Logged in.";

    private static readonly string Password = PasswordCipher.Inner("fresh-password");

    [Fact]
    public async Task Single_WholeWay_TheAppTakesTheSidecarsCodeAsItsOwn()
    {
        await using var app = new ReleaseApp(ReleaseApp.Single);
        await using var world = await StartAsync(app, "ragflow-v1-single");
        var (email, client) = (world.NewUser(), world.NewClient());
        // Left over from before the sidecar stood there, or by whoever gets past it.
        await app.Redis.StringSetAsync($"otp_lock:{email}", "1");
        await app.Redis.StringSetAsync($"otp:{email}", "another code's");
        var code = await client.StartAsync(email);

        var differing = await client.PostAsync(Reset, ("email", email), ("otp", code), ("new_password", Password), ("confirm_new_password", "another"));
        Assert.Equal("101 passwords do not match", differing.Words);
        Assert.False(await app.Redis.KeyExistsAsync($"otp:{email}"));
        var body = $$"""{"confirm_new_password":"{{Password}}","new_password":"{{Password}}", "otp":"{{code.ToLowerInvariant()}}","email":" {{email.ToUpperInvariant()}}"}""";
        var reset = await client.SendAsync("POST", Reset, "application/json", body);

        Assert.Equal(Done, reset.Words);
        Assert.Equal((body, Password), (app.Bodies.Last(), app.Passwords[" " + email.ToUpperInvariant()]));
        Assert.Equal(("token-of-the-app", null), (reset.Header("Authorization"), reset.Ticket));
        Assert.Equal(["session=of-the-app", "sidecar-flow="], reset.Raw.Values("Set-Cookie").Select(static cookie => cookie.Split(';')[0]));
        Assert.Equal(0, await app.Redis.KeyExistsAsync([$"otp:{email}", $"otp_lock:{email}", $"otp_attempts:{email}"]));
        Assert.Equal("10 expired otp", (await client.SendAsync("POST", Reset, "application/json", body)).Words);
        Assert.Equal(2, app.Bodies.Count);
    }

    [Fact]
    public async Task Single_WrongCodesAndStrangers_LeaveNothingInTheAppsRedis()
    {
        await using var app = new ReleaseApp(ReleaseApp.Single);
        await using var world = await StartAsync(app, "ragflow-v1-single");
        var (email, client) = (world.NewUser(), world.NewClient());
        await using var monitor = await RedisMonitor.StartAsync(world.Redis);
        var code = await client.StartAsync(email);

        Assert.Equal("109 expired otp", (await ResetAsync(client, email, code == "AAAAAAAA" ? "BBBBBBBB" : "AAAAAAAA")).Words);
        Assert.Equal("10 expired otp", (await ResetAsync(world.NewClient(), email, code)).Words);

        Assert.Empty(app.Bodies);
        Assert.DoesNotContain(monitor.Lines, line => line.Contains(email, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Single_ManyAtOnceWithTheRightCode_OneReachesTheApp()
    {
        await using var app = new ReleaseApp(ReleaseApp.Single);
        await using var world = await StartAsync(app, "ragflow-v1-single");
        var (email, client) = (world.NewUser(), world.NewClient());
        var code = await client.StartAsync(email);
        client.Ticket = client.Given;

        // The budget of the code is five.
        var replies = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ResetAsync(client, email, code)));

        Assert.Single(replies, static reply => reply.Words == Done);
        Assert.Single(app.Bodies);
    }

    [Theory]
    [InlineData(ReleaseApp.Single, "ragflow-v1-single")]
    [InlineData(ReleaseApp.Single, "ragflow-v1-single ragflow-v1 ragflow-rest")]
    [InlineData(ReleaseApp.Go, "ragflow-rest-go")]
    public async Task Pages_WholeWay_SetAPasswordThatTheReleaseCanUse(string release, string contracts)
    {
        await using var app = new ReleaseApp(release);
        await using var world = await StartAsync(app, contracts.Split(' '));
        using var visitor = new RecoveryPageTests.Client(world.Sidecar.BaseUrl, new CookieContainer()).Begin();
        var email = world.NewUser();
        await SendAsync("address", "email", email.ToUpperInvariant());
        await SendAsync("picture", "captcha", RecoveryWorld.Captcha);
        await SendAsync("code", "otp", await world.MailedCodeAsync(email));
        await SendAsync("password", "password", "tetrapod bramble");

        Assert.Contains("id=\"done\"", await visitor.GetStringAsync(new Uri("/user/forget", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal("tetrapod bramble", PasswordCipher.Open(app.Passwords[email.ToUpperInvariant()]));
        Assert.Single(app.Bodies);

        async Task SendAsync(string step, string field, string value) =>
            (await visitor.PostAsync(await visitor.TokenAsync(), [("step", step), (field, value), ("repeat", value)])).Dispose();
    }

    [Fact]
    public async Task Go_WholeWay_NamesThePictureAndFlagsWithoutCase()
    {
        await using var app = new ReleaseApp(ReleaseApp.Go);
        await using var world = await StartAsync(app, "ragflow-rest-go");
        var (email, client) = (world.NewUser(), world.NewClient(contract: "rest"));
        var shown = await client.CaptchaAsync(email);
        Assert.Equal("0 captcha issued", shown.Words);
        Assert.Equal("101 email, captcha_id and captcha required", (await client.CodeAsync(email)).Words);
        Assert.Equal("10 invalid or expired captcha", (await SolveAsync(Guid.NewGuid().ToString("N"))).Words);
        Assert.Equal("0 verification passed, email sent", (await SolveAsync((string)shown.Json!["data"]!["captcha_id"]!)).Words);
        Assert.Equal("0 otp verified", (await client.VerifyAsync(email, await world.MailedCodeAsync(email))).Words);

        Assert.Equal(Done, (await client.ResetAsync(email.ToUpperInvariant())).Words);

        Assert.Equal("fresh-password", PasswordCipher.Open(app.Passwords[email.ToUpperInvariant()]));
        Assert.False(await app.Redis.KeyExistsAsync($"otp:verified:{email}"));
        var wrong = await client.SendAsync("GET", GoCode);
        Assert.Equal((404, $"404 Not Found: {GoCode}"), (wrong.Status, wrong.Words));

        Task<Reply> SolveAsync(string id) => client.PostAsync(GoCode, ("email", email), ("captcha_id", id), ("captcha", RecoveryWorld.Captcha));
    }

    private static Task<RecoveryWorld> StartAsync(ReleaseApp app, params string[] contracts) => RecoveryWorld.StartAsync(
        new() { App = app.StartAsync, Users = 2, Settings = ["accounts.kind=any", "redis.timeout=5s", .. contracts.Select(static (contract, i) => $"contracts.{i}={contract}")] }, waits: false);

    private static Task<Reply> ResetAsync(RecoveryClient client, string email, string code) =>
        client.PostAsync(Reset, ("email", email), ("otp", code), ("new_password", Password), ("confirm_new_password", Password));
}
