using System.Globalization;
using System.Text.Json;
using Sidecar.FunctionalTests.Hosting;
using StackExchange.Redis;

namespace Sidecar.FunctionalTests.Doctor;

/// <summary><c>sidecar check</c> as operators and machines run it.</summary>
public sealed class CheckCommandTests(CheckedWorld world) : IClassFixture<CheckedWorld>
{
    [Fact]
    public async Task Check_EverythingRight_Exits0AndMailsATest()
    {
        var to = $"reader{Guid.NewGuid():N}@sidecar.test";

        var command = await world.CheckAsync("--send-to", to);

        Assert.Equal((0, ""), (command.ExitCode, command.Error));
        foreach (var line in new[] { "✓ settings", "✓ contract      speaks ragflow-rest, ragflow-v1", "✓ look-up", "✓ rights", "✓ handoff", "✓ clock", "✓ eviction      noeviction", "✓ persistence", "! tls           TLS 1.3, certificate for localhost", "✓ login         accepted, by PLAIN", "✓ sender", "✓ test mail" })
        {
            Assert.Contains(line, command.Output, StringComparison.Ordinal);
        }

        Assert.Contains("\n0 failed, ", command.Output, StringComparison.Ordinal);
        var mail = await world.Postfix.MailToAsync(to);
        Assert.Equal("Test mail from Acme", mail.Subject);
        Assert.Contains("this is a test", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains("This is a test", mail.HtmlBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_JsonWithTranscript_IsOneDocumentWithTheDialogueMasked()
    {
        var command = await world.CheckAsync("--json", "--transcript", "--send-to", $"reader{Guid.NewGuid():N}@sidecar.test");

        Assert.Equal(0, command.ExitCode);
        using var document = JsonDocument.Parse(command.Output);
        Assert.Equal("warning", document.RootElement.GetProperty("status").GetString());
        string[] lines = [.. document.RootElement.GetProperty("transcript")[0].GetProperty("lines").EnumerateArray().Select(static line => line.GetString()!)];
        Assert.Contains("C: AUTH PLAIN ***", lines);
        Assert.Contains(lines, static line => line.StartsWith("C: MAIL FROM:<n***@acme.io>", StringComparison.Ordinal));
        Assert.Contains("C: RCPT TO:<r***@sidecar.test>", lines);
        Assert.Contains(lines, static line => line.StartsWith("C: (the message, ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("smtp.mail_password=falsch", "relay/login", "check smtp.mail_username and smtp.mail_password")]
    [InlineData("mail.ca=", "relay/tls", "mail.ca")]
    [InlineData("smtp.mail_server=no-such-relay.invalid", "relay/name", "does not resolve")]
    [InlineData("smtp.mail_port=1", "relay/connection", "smtp.mail_port")]
    [InlineData("redis.host=127.0.0.1:1", "redis/connection", "redis.host")]
    [InlineData("listeners[0].upstream=http://127.0.0.1:1", "app/connection", "listeners[].upstream")]
    [InlineData("contracts=ragflow-v1", "", "")]
    public async Task Check_OneThingWrong_FailsThereAndExits1(string setting, string check, string hint)
    {
        var set = setting.StartsWith("listeners", StringComparison.Ordinal) ? "listeners.0." + setting["listeners[0].".Length..] : setting;

        var command = await world.CheckAsync("--json", "--set", set);

        var checks = CheckedWorld.Checks(command);
        if (check.Length == 0)
        {
            Assert.Equal((0, "ok"), (command.ExitCode, checks["app/contract"].Status));
            return;
        }

        Assert.Equal((1, check), (command.ExitCode, Assert.Single(checks, static one => one.Value.Status == "failed").Key));
        Assert.Contains(hint, checks[check].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-eval", "redis/rights", "+eval")]
    [InlineData("-hset", "redis/rights", "+hset")]
    [InlineData("-evalsha", "redis/rights", "+evalsha")]
    [InlineData("resetkeys ~sidecar:*", "redis/handoff", "~otp:verified:*")]
    public async Task Check_RedisUserWithoutARight_NamesIt(string rule, string check, string hint)
    {
        RedisServer.Require();
        var user = $"u{Guid.NewGuid():N}";
        await world.Redis.AdminAsync("ACL", ["SETUSER", user, "on", ">geheim", "~*", "+@all", .. rule.Split(' ')]);

        var command = await world.CheckAsync("--json", "--set", $"redis.username={user}", "--set", "redis.password=geheim");

        var checks = CheckedWorld.Checks(command);
        Assert.Equal((1, check), (command.ExitCode, Assert.Single(checks, static one => one.Value.Status == "failed").Key));
        Assert.Contains(hint, checks[check].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-eval", "EVAL")]
    [InlineData("-evalsha", "EVALSHA")]
    [InlineData("-set", "SET")]
    public async Task Check_RedisUserWithoutARightThatBothNeed_IsToldOnce(string rule, string command)
    {
        RedisServer.Require();
        var user = $"u{Guid.NewGuid():N}";
        await world.Redis.AdminAsync("ACL", "SETUSER", user, "on", ">geheim", "~*", "+@all", rule);

        var checks = CheckedWorld.Checks(await world.CheckAsync("--json", "--set", $"redis.username={user}", "--set", "redis.password=geheim"));

        Assert.StartsWith($"the Redis user may not run {command} allow it", checks["redis/rights"].Text, StringComparison.Ordinal);
        Assert.Equal(("skipped", $"needs {command} too, see above"), (checks["redis/handoff"].Status, checks["redis/handoff"].Text.Trim()));
    }

    [Theory]
    [InlineData("falsch", "the login is refused")]
    [InlineData("", "wants a password")]
    public async Task Check_RedisWithAnotherPassword_FailsAtTheLogin(string password, string finding)
    {
        RedisServer.Require();
        await using var redis = new RedisServer { Extra = ["--requirepass", "geheim"] };
        await redis.StartAsync();

        var command = await world.CheckAsync("--json", "--set", $"redis.host={redis.Endpoint}", "--set", $"redis.password={password}");

        var checks = CheckedWorld.Checks(command);
        Assert.Equal((1, "redis/login"), (command.ExitCode, Assert.Single(checks, static one => one.Value.Status == "failed").Key));
        Assert.Contains(finding, checks["redis/login"].Text, StringComparison.Ordinal);
        Assert.Contains("redis.password", checks["redis/login"].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_RedisThatEvictsAndForgets_Warns()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await redis.AdminAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        await redis.AdminAsync("CONFIG", "SET", "maxmemory", "64mb");

        var command = await world.CheckAsync("--json", "--set", $"redis.host={redis.Endpoint}");

        var checks = CheckedWorld.Checks(command);
        Assert.Equal(0, command.ExitCode);
        Assert.Equal(("warning", "warning"), (checks["redis/eviction"].Status, checks["redis/persistence"].Status));
        Assert.Contains("noeviction", checks["redis/eviction"].Text, StringComparison.Ordinal);
        Assert.Empty(await KeysAsync(redis));
    }

    [Fact]
    public async Task Check_HandoffElsewhere_IsLookedAtByItself()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await redis.KillAsync();

        var command = await world.CheckAsync("--json", "--set", $"handoff.redis.host={redis.Endpoint}");

        var checks = CheckedWorld.Checks(command);
        Assert.Equal((1, "ok", "failed"), (command.ExitCode, checks["redis/rights"].Status, checks["handoff.redis/connection"].Status));
        Assert.Contains("handoff.redis.host", checks["handoff.redis/connection"].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--send-to", "nobody")]
    [InlineData("--send-to", "a@b.io,c@d.io")]
    [InlineData("--send-to")]
    [InlineData("--json", "--frobnicate")]
    public async Task Check_WrongArguments_Exit2(params string[] arguments)
    {
        var command = await SidecarCommand.RunAsync(["check", .. arguments]);

        Assert.Equal((2, ""), (command.ExitCode, command.Output));
        Assert.Contains("Usage:", command.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("listeners.0.port=abc", 1)]
    [InlineData("recovery.cooldown=abc", 8)]
    public async Task Check_FaultySettings_Exit78WithTheFaultsOnStderr(string set, int leastChecks)
    {
        var command = await world.CheckAsync("--json", "--set", set);

        using var document = JsonDocument.Parse(command.Output);
        Assert.Equal((78, "failed"), (command.ExitCode, document.RootElement.GetProperty("status").GetString()));
        Assert.True(document.RootElement.GetProperty("checks").GetArrayLength() >= leastChecks);
        Assert.Contains("Fix: ", command.Error, StringComparison.Ordinal);
        Assert.Equal(78, (await world.CheckAsync("--set", set)).ExitCode);
    }

    private static async Task<RedisKey[]> KeysAsync(RedisServer redis)
    {
        RedisKey[] keys = [];
        // The scratch keys end by themselves within a second.
        await Eventually.TrueAsync(
            async () => (keys = (RedisKey[])(await redis.AdminAsync("KEYS", "*"))!).Length == 0,
            string.Create(CultureInfo.InvariantCulture, $"{keys.Length} keys left behind"));
        return keys;
    }
}
