using System.Globalization;
using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>Nobody to ask whether an account exists: a client that waits is told, and a mail that waits goes out when there is.</summary>
public sealed class AccountFaultTests
{
    private const string Known = "alice@example.com";

    [Fact]
    public async Task Steps_ProbeDownInAppMode_SayUnavailable()
    {
        var port = FreePort.Next();
        await using var world = await RecoveryWorld.StartAsync(new() { Answers = "app", Settings = [Upstream(port)] }, waits: false);
        var client = world.NewClient();

        Assert.Equal("500 service temporarily unavailable", (await client.CaptchaAsync(Known)).Words);
        Assert.Equal("500 service temporarily unavailable", (await client.CodeAsync(Known)).Words);
        Assert.Equal("500 service temporarily unavailable", (await client.VerifyAsync(Known, "AAAAAAAA")).Words);
        Assert.Equal("109 email not verified", (await client.ResetAsync(Known)).Words);
        Assert.Equal(200, (await client.SendAsync("GET", "/")).Status);

        await using var back = await DemoApp.StartAsync(new(world.Flags) { Port = port });

        await client.ProveAsync(Known);
        Assert.Equal(0, (await client.ResetAsync(Known)).Code);
        Assert.Equal("102 invalid email", (await client.CaptchaAsync("nobody@example.com")).Words);
    }

    [Fact]
    public async Task Code_ProbeDownInUniformMode_MailsNobodyUntilItIsBack()
    {
        var port = FreePort.Next();
        await using var world = await RecoveryWorld.StartAsync(new() { Settings = [Upstream(port)] });
        var (client, stranger) = (world.NewClient(), world.NewClient());
        await client.CaptchaAsync(Known);
        await stranger.CaptchaAsync("nobody@example.com");

        Assert.Equal("0 verification passed, email sent", (await client.CodeAsync(Known)).Words);
        Assert.Equal("0 verification passed, email sent", (await stranger.CodeAsync("nobody@example.com")).Words);
        await RedisServer.UntilAsync(
            () => Task.FromResult(world.Log.Contains("cannot be made up for now", StringComparison.Ordinal)), RecoveryWorld.Patience, "nothing was tried");
        Assert.Equal(0, await world.CountMailsAsync(Known));

        await using var back = await DemoApp.StartAsync(new(world.Flags) { Port = port });

        Assert.Equal("0 otp verified", (await client.VerifyAsync(Known, await world.MailedCodeAsync(Known))).Words);
        Assert.Equal(0, await world.CountMailsAsync("nobody@example.com"));
    }

    private static string Upstream(int port) => string.Create(CultureInfo.InvariantCulture, $"accounts.upstream=http://127.0.0.1:{port}");
}
