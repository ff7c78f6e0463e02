using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Doctor;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Accounts;

/// <summary>Recovery with the real binary, which reads a real database with the rights that docs/accounts.md grants.</summary>
public abstract class SqlRecoveryTests(DatabaseServer server)
{
    [Fact]
    public async Task Recovery_OfEveryKindOfUser_MailsWhomItShouldAsStored()
    {
        server.Require();
        string[] owners = ["Mixed.Case@Example.com", "plus+tag@example.com", "idn@xn--mller-kva.example"];
        foreach (var owner in owners)
        {
            await server.AddAsync(owner);
        }

        await server.AddAsync("disabled@example.com", active: "0");
        await server.AddAsync("deleted@example.com", status: "0");
        await server.AddAsync("Twin@example.com");
        await server.AddAsync("twin@example.com");
        await server.AddAsync("octo@example.com", channel: "github");
        await using var world = await RecoveryWorld.StartAsync(new() { Settings = server.Settings, OtherUsers = [.. owners.Select(static owner => new SeededUser(owner, "old-password"))] }, waits: false);

        foreach (var (typed, stored) in new[] { ("mixed.CASE@EXAMPLE.com", owners[0]), ("PLUS+tag@example.com", owners[1]), ("idn@XN--mller-kva.example", owners[2]) })
        {
            var client = world.NewClient();
            await client.ProveAsync(typed);
            Assert.Equal(0, (await client.ResetAsync(typed)).Code);
            // The code, and the news that it was used.
            await Eventually.TrueAsync(async () => await CountToAsync(world, stored) == 2, "the notice");
        }

        // The same mailbox in other letters. The app itself takes its own spelling alone.
        var international = world.NewClient();
        Assert.Equal("picture", (await international.CaptchaAsync("idn@müller.example")).Words);
        Assert.Equal("0 verification passed, email sent", (await international.CodeAsync("idn@müller.example")).Words);
        Assert.Equal("0 otp verified", (await international.VerifyAsync("idn@müller.example", await world.MailedCodeAsync(owners[2], 2))).Words);

        string[] others = ["disabled@example.com", "deleted@example.com", "twin@example.com", "nobody@example.com", "octo@example.com"];
        foreach (var other in others)
        {
            var client = world.NewClient();
            Assert.Equal("picture", (await client.CaptchaAsync(other)).Words);
            Assert.Equal("0 verification passed, email sent", (await client.CodeAsync(other)).Words);
        }

        await Eventually.TrueAsync(async () => Regex.IsMatch(await MetricsAsync(world), @"sidecar_mail_attempts_total\{[^}]*outcome=""unknown_account""[^}]*\} 4\b"), "four without an account");
        await Eventually.TrueAsync(async () => (await world.ReadMailsAsync("octo@example.com")).Count == 1, "the mail that tells of the other login");
        var told = (await world.ReadMailsAsync("octo@example.com"))[0];
        Assert.Equal("How to sign in to RAGFlow", (string)told["subject"]!);
        Assert.Contains("signs in with github", (string)told["text"]!, StringComparison.Ordinal);
        Assert.Equal(0, await world.CountMailsAsync("octo@example.com"));
        foreach (var other in others[..4])
        {
            Assert.Empty(await world.ReadMailsAsync(other));
        }

        Assert.DoesNotContain(DatabaseServer.Password, world.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("mixed.case", world.Log, StringComparison.OrdinalIgnoreCase);
    }

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

        await server.EndAsync();
        Assert.Equal("0 verification passed, email sent", (await client.CodeAsync("owner@later.example")).Words);
        Assert.Equal("0 verification passed, email sent", (await stranger.CodeAsync("nobody@later.example")).Words);
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
    public async Task Check_OfTheDatabase_SaysWhatIsWrong(string setting, string status, string words)
    {
        server.Require();
        using var directory = new TempDirectory(new Dictionary<string, string>());
        string[] settings = ["store.kind=memory", "listeners.0.address=127.0.0.1", string.Create(CultureInfo.InvariantCulture, $"listeners.0.upstream=http://127.0.0.1:{FreePort.Next()}"), .. server.Settings];
        string[] more = setting.Length > 0 ? [setting] : [];

        var command = await SidecarCommand.RunAsync(["check", "--json", "--config", directory.Path, .. settings.Concat(more).SelectMany(static one => new[] { "--set", one })]);

        var found = CheckedWorld.Checks(command)["accounts/look-up"];
        Assert.Equal(status, found.Status);
        Assert.Contains(words, found.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(DatabaseServer.Password, command.Output + command.Error, StringComparison.Ordinal);
    }

    /// <summary>Mails whose recipient is spelt exactly so.</summary>
    private static async Task<int> CountToAsync(RecoveryWorld world, string recipient) =>
        (await world.ReadMailsAsync("")).Count(mail => mail["to"] is JsonArray all ? all.Any(one => (string?)one == recipient) : (string?)mail["to"] == recipient);

    private static async Task<string> MetricsAsync(RecoveryWorld world) =>
        Encoding.UTF8.GetString((await RawHttp.SendAsync(new(world.Sidecar.ManagementUrl, "GET", "/metrics"), TestContext.Current.CancellationToken)).Body);

    private static async Task<string> AccountsAsync(RecoveryWorld world)
    {
        var ready = await RawHttp.SendAsync(new(world.Sidecar.ManagementUrl, "GET", "/readyz"), TestContext.Current.CancellationToken);
        Assert.Equal(200, ready.Status);
        return JsonNode.Parse(ready.Body)!["checks"]!["accounts"]!.ToJsonString();
    }
}

/// <summary>On MariaDB.</summary>
public sealed class MariaDbRecoveryTests(MariaDbServer server) : SqlRecoveryTests(server), IClassFixture<MariaDbServer>;

/// <summary>On PostgreSQL.</summary>
public sealed class PostgresRecoveryTests(PostgresServer server) : SqlRecoveryTests(server), IClassFixture<PostgresServer>;
