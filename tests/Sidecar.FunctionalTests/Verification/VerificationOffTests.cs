using System.Text;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Verification;

/// <summary>Switched off, verification takes nothing from the app's traffic; switched on and broken, the gate stays closed.</summary>
public sealed class VerificationOffTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private const string SignUp = """{"nickname":"x","email":"no address","Email":"other@example.com","password":""} """;

    private readonly RecoveryWorld world = shared.World;

    [Theory]
    [InlineData("POST", "/v1/user/register")]
    [InlineData("POST", "/api/v1/users")]
    [InlineData("POST", "/v1/user/verify/otp")]
    [InlineData("GET", "/v1/user/verify/captcha?email=a@example.com")]
    [InlineData("POST", "/api/v1/auth/register/captcha?email=a@example.com")]
    [InlineData("POST", "/api/v1/auth/register/otp/verify")]
    public Task Paths_Off_AreTheApps(string method, string target) => VerificationTests.SameAsAppAsync(world, method, target, SignUp);

    [Fact]
    public async Task SignUp_Off_ReachesTheAppByteForByte()
    {
        var seen = new TaskCompletionSource<(string Head, byte[] Body)>();
        var body = Encoding.Latin1.GetBytes("\u00FF\u00FE{\"email\":\"a\",\"email\":\"b\"}\0 rest");
        await using var app = new ScriptedApp(async (head, stream, cancellation) =>
        {
            var rest = new byte[body.Length];
            await stream.ReadExactlyAsync(rest, cancellation);
            seen.TrySetResult((head, rest));
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray(), cancellation);
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });

        var answer = await RawHttp.SendAsync(
            new(sidecar.BaseUrl, "POST", "/v1//user/%72egister?a=%2F") { Headers = [new("Content-Type", "application/x-odd; charset=utf-16"), new("Content-Encoding", "br")], Body = body }, default);

        var (head, sent) = await seen.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        Assert.Equal("ok", Encoding.UTF8.GetString(answer.Body));
        Assert.StartsWith("POST /v1//user/%72egister?a=%2F HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/x-odd; charset=utf-16\r\n", head, StringComparison.Ordinal);
        Assert.Contains("Content-Encoding: br\r\n", head, StringComparison.Ordinal);
        Assert.Equal(body, sent);
    }

    [Theory]
    [InlineData("verification.gate.enabled=true")]
    [InlineData("verification.gate.enabled=treu")]
    public async Task SignUp_GateThatCannotWork_StaysClosedAndTheAppIsServed(string setting)
    {
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = world.App.Address, Settings = [setting] });

        var refused = await RawHttp.SendAsync(new(sidecar.BaseUrl, "POST", "/v1/user/register") { Headers = [new("Content-Type", "application/json")], Body = Encoding.UTF8.GetBytes(SignUp) }, default);

        Assert.Contains("service temporarily unavailable", Encoding.UTF8.GetString(refused.Body), StringComparison.Ordinal);
        Assert.Equal(200, (await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/"), default)).Status);
    }

    [Fact]
    public async Task Verification_RecoveryOff_WorksAlone()
    {
        await using var alone = await RecoveryWorld.StartAsync(new() { Settings = [.. VerifyingWorld.Settings, "recovery.enabled=false"] }, waits: false);
        var client = alone.NewClient(contract: "rest-verify");
        await RedisServer.UntilAsync(async () => (await client.CaptchaAsync("solo@example.com")).IsPicture, RecoveryWorld.Patience, "verification did not come up");
        await client.ProveAsync("solo@example.com");

        Assert.Equal(0, (await client.RegisterAsync("solo@example.com")).Code);
        Assert.Equal("500 service temporarily unavailable", (await alone.NewClient().CodeAsync("solo@example.com")).Words);
    }
}
