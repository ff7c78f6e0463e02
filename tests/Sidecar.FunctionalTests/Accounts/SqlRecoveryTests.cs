using System.Globalization;
using System.Text.Json.Nodes;
using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Doctor;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Accounts;

/// <summary>Recovery with the real binary, which reads a real database with the rights that docs/accounts.md grants.</summary>
public abstract class SqlRecoveryTests(DatabaseServer server)
{
    [Fact]
    public async Task Steps_DatabaseHangsOrIsGoneInAppMode_SayUnavailableAndForwardOn()
    {
        server.Require();
        await server.AddAsync("owner@outage.example");
        await using var world = await RecoveryWorld.StartAsync(
            new() { Answers = "app", Settings = [.. server.Settings, "accounts.timeout=2s"], OtherUsers = [new("owner@outage.example", "old-password")] }, waits: false);
        var client = world.NewClient();
        await Eventually.TrueAsync(async () => (await client.CaptchaAsync("owner@outage.example")).IsPicture, "a captcha");
        Assert.Equal("102 invalid email", (await client.CaptchaAsync("nobody@outage.example")).Words);

        server.Pause();
        Assert.Equal("500 service temporarily unavailable", (await client.CodeAsync("owner@outage.example")).Words);
        Assert.Equal(200, (await client.SendAsync("GET", "/")).Status);
        Assert.Contains("did not answer within 2 s", await AccountsAsync(world), StringComparison.Ordinal);
        server.Resume();
        await server.EndAsync();
        Assert.Equal("500 service temporarily unavailable", (await client.CaptchaAsync("owner@outage.example")).Words);
        Assert.Equal(200, (await client.SendAsync("GET", "/")).Status);
        Assert.Contains("cannot be reached", await AccountsAsync(world), StringComparison.Ordinal);
        Assert.Equal(0, await world.CountMailsAsync("owner@outage.example"));

        await server.StartAsync();
        await client.ProveAsync("owner@outage.example");
        Assert.Equal(0, (await client.ResetAsync("owner@outage.example")).Code);
        Assert.Contains("\"ok\"", await AccountsAsync(world), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_DatabaseGoneInUniformMode_IsMailedOnceItIsBack()
    {
        server.Require();
        await server.AddAsync("owner@later.example");
        await using var world = await RecoveryWorld.StartAsync(new() { Settings = server.Settings }, waits: false);
        var (client, stranger) = (world.NewClient(), world.NewClient());
        await Eventually.TrueAsync(async () => (await client.CaptchaAsync("owner@later.example")).IsPicture, "a captcha");
        await stranger.CaptchaAsync("nobody@later.example");

        server.Pause();
        Assert.Equal("0 verification passed, email sent", (await client.CodeAsync("owner@later.example")).Words);
        Assert.Equal("0 verification passed, email sent", (await stranger.CodeAsync("nobody@later.example")).Words);
        await Eventually.TrueAsync(() => world.Log.Contains("cannot be made up for now", StringComparison.Ordinal), "a try while it hangs");
        Assert.Equal(200, (await client.SendAsync("GET", "/")).Status);
        await server.EndAsync();
        Assert.Equal(200, (await client.SendAsync("GET", "/")).Status);
        // More than once, so that pauses would have grown.
        await Eventually.TrueAsync(() => world.Log.Split("cannot be made up for now").Length > 6, "tries");
        Assert.Equal(0, await world.CountMailsAsync("owner@later.example"));
        await server.StartAsync();
        var back = TimeProvider.System.GetTimestamp();

        var code = await world.MailedCodeAsync("owner@later.example");
        var took = TimeProvider.System.GetElapsedTime(back);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"mailed {took.TotalSeconds:0.00} s after the database came back"));
        Assert.True(took < TimeSpan.FromSeconds(10), $"{took} after its return");
        Assert.Equal("0 otp verified", (await client.VerifyAsync("owner@later.example", code)).Words);
        Assert.Equal(0, await world.CountMailsAsync("nobody@later.example"));
    }

    [Theory]
    [InlineData("", "ok", "a made-up address has no account")]
    [InlineData("accounts.sql.password=wrong", "failed", "refuses the login")]
    [InlineData("accounts.sql.tls=true", "failed", "certificate is not trusted")]
    [InlineData("accounts.sql.database=unread", "failed", "GRANT SELECT (email, status, is_active, login_channel) ON")]
    public async Task Check_OfTheDatabase_SaysWhatIsWrong(string setting, string status, string words)
    {
        server.Require();
        await server.AdminAsync("DROP DATABASE IF EXISTS unread", "");
        await server.AdminAsync("CREATE DATABASE unread", "");
        await server.AdminAsync($"CREATE TABLE {server.Quoted("user")} (email varchar(255), status varchar(1), is_active varchar(1), login_channel varchar(255))", "unread");
        using var directory = new TempDirectory(new Dictionary<string, string>());
        string[] settings = ["store.kind=memory", "listeners.0.address=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"listeners.0.upstream=http://127.0.0.1:{FreePort.Next()}"), .. server.Settings];
        string[] more = setting.Length > 0 ? [setting] : [];

        var command = await SidecarCommand.RunAsync(["check", "--json", "--config", directory.Path, .. settings.Concat(more).SelectMany(static one => new[] { "--set", one })]);

        var found = CheckedWorld.Checks(command)["accounts/look-up"];
        Assert.Equal(status, found.Status);
        Assert.Contains(words, found.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(DatabaseServer.Password, command.Output + command.Error, StringComparison.Ordinal);
    }

    private static async Task<string> AccountsAsync(RecoveryWorld world)
    {
        var ready = await RawHttp.SendAsync(new(world.Sidecar.ManagementUrl, "GET", "/readyz"), TestContext.Current.CancellationToken);
        Assert.Equal(200, ready.Status);
        return JsonNode.Parse(ready.Body)!["checks"]!["accounts"]!.ToJsonString();
    }
}

/// <summary>On MariaDB.</summary>
[Collection(OnMariaDb.Name)]
public sealed class MariaDbRecoveryTests(MariaDbServer server) : SqlRecoveryTests(server);

/// <summary>On PostgreSQL.</summary>
[Collection(OnPostgres.Name)]
public sealed class PostgresRecoveryTests(PostgresServer server) : SqlRecoveryTests(server);
