using System.Text.RegularExpressions;
using Sidecar.Doctor;
using Sidecar.FunctionalTests.Doctor;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;
using StackExchange.Redis;

namespace Sidecar.FunctionalTests.Redis;

/// <summary>The users that docs/redis.md writes down: enough for everything, and without any one of their rights not enough.</summary>
public sealed partial class LeastRightsTests(CheckedWorld checkedWorld) : IClassFixture<CheckedWorld>
{
    private const string Password = "password";

    [Fact]
    public async Task Flows_UsersOfTheDocs_WorkAndAreRefusedNothing()
    {
        await using var world = await RecoveryWorld.StartAsync(new()
        {
            Prepare = SetUsersAsync,
            Settings =
            [
                "redis.username=sidecar", $"redis.password={Password}", "limits.client.mode=on", "limits.captcha.mode=on", "limits.domain.mode=on", "verification.enabled=true",
                // By a name of its own, so that it is a connection of its own.
                "handoff.redis.username=sidecar-handoff", $"handoff.redis.password={Password}", "handoff.redis.host={redis}",
            ],
        });
        var (email, client) = (world.NewUser(), world.NewClient());
        Assert.NotEqual(0, (await client.VerifyAsync(email, "AAAAAAAA")).Code);
        await client.ProveAsync(email);
        var reset = await client.ResetAsync(email);
        Assert.True(reset.Code == 0, $"{reset.Words}: {string.Join(", ", await RefusedAsync(world.Redis))}\n{world.Log}");
        Assert.True(await client.LogsInAsync(email, "fresh-password"));
        await world.NewClient(contract: "v1-verify").ProveAsync($"new{Guid.NewGuid():N}@example.com");

        Assert.Empty(await RefusedAsync(world.Redis));
    }

    [Fact]
    public async Task Check_UsersOfTheDocs_IsContent()
    {
        await SetUsersAsync(checkedWorld.Redis);

        var checks = CheckedWorld.Checks(await checkedWorld.CheckAsync(
            "--json", "--set", "redis.username=sidecar", "--set", $"redis.password={Password}",
            "--set", $"handoff.redis.host={checkedWorld.Redis.Endpoint}", "--set", "handoff.redis.username=sidecar-handoff", "--set", $"handoff.redis.password={Password}"));

        foreach (var name in new[] { "redis/login", "redis/rights", "redis/clock", "redis/eviction", "redis/persistence", "handoff.redis/login", "handoff.redis/handoff", "handoff.redis/eviction" })
        {
            Assert.True(checks[name].Status == "ok", $"{name}: {checks[name]}");
        }

        Assert.Empty(await RefusedAsync(checkedWorld.Redis));
    }

    [Theory]
    [InlineData("sidecar")]
    [InlineData("sidecar-handoff")]
    public async Task Check_AnyRightMissing_IsNamed(string user)
    {
        await using var redis = await RedisServer.StartNewAsync();
        await SetUsersAsync(redis);
        var rights = user == "sidecar" ? RedisRights.State : RedisRights.Handoff;
        var line = Lines().First(words => words[2] == user);
        var needed = line.Where(static word => word[0] == '+' && !word.Contains('|', StringComparison.Ordinal) && word is not ("+info" or "+ping")).ToArray();
        Assert.True(needed.Length >= 5);
        foreach (var right in needed)
        {
            await redis.AdminAsync("ACL", "SETUSER", user, $"-{right[1..]}");
            await using (var look = new RedisLook(redis.Options with { Username = user, Password = Password }, "redis"))
            {
                Assert.Equal(CheckStatus.Ok, (await look.LogInAsync(default)).Status);
                // The clock is asked by itself, too.
                var finding = await look.TryRightsAsync(rights);
                Assert.True(finding.Status == CheckStatus.Failed, $"without {right}: {finding.Detail}");
                Assert.Contains($" {right[1..].ToUpperInvariant()}", finding.Detail, StringComparison.Ordinal);
                Assert.Contains(right, finding.Hint, StringComparison.Ordinal);
            }

            await redis.AdminAsync("ACL", "SETUSER", user, right);
        }
    }

    [Fact]
    public async Task Check_ReleaseThatComparesCodes_NeedsTheKeysOfTheDocs()
    {
        string[] keys = ["~otp:*", "~otp_lock:*"];
        Assert.All(keys, static key => Assert.Contains($"`{key}`", File.ReadAllText(RepositoryRoot.Combine("docs", "redis.md")), StringComparison.Ordinal));
        await SetUsersAsync(checkedWorld.Redis);
        string[] login = ["--set", "redis.username=sidecar", "--set", $"redis.password={Password}", "--set", $"handoff.redis.host={checkedWorld.Redis.Endpoint}", "--set", "handoff.redis.username=sidecar-handoff", "--set", $"handoff.redis.password={Password}"];

        var without = CheckedWorld.Checks(await checkedWorld.CheckAsync(["--json", "--set", "contracts.0=ragflow-v1-single", .. login]));
        await checkedWorld.Redis.AdminAsync("ACL", ["SETUSER", "sidecar-handoff", "resetkeys", .. keys]);
        var with = CheckedWorld.Checks(await checkedWorld.CheckAsync(["--json", "--set", "contracts.0=ragflow-v1-single", .. login]));

        Assert.Contains("ACL SETUSER sidecar-handoff ~otp:*", without["handoff.redis/handoff codes"].Text, StringComparison.Ordinal);
        Assert.Contains("ACL SETUSER sidecar-handoff ~otp_lock:*", without["handoff.redis/handoff locks"].Text, StringComparison.Ordinal);
        Assert.All(["handoff", "handoff codes", "handoff locks"], name => Assert.Equal("ok", with[$"handoff.redis/{name}"].Status));
        // What was refused here, the other tests must not find.
        await checkedWorld.Redis.AdminAsync("ACL", "LOG", "RESET");
    }

    [Fact]
    public async Task Sentinels_WithALogin_AreAskedWithIt()
    {
        await using var redis = await WatchedRedis.StartAsync();
        foreach (var server in redis.Sentinels)
        {
            await server.AdminAsync("ACL", [.. Lines()[2].Skip(1)]);
        }

        foreach (var server in new[] { redis.First, redis.Second })
        {
            await server.AdminAsync("ACL", [.. Lines()[0].Skip(1), "+wait"]);
        }

        var options = redis.Options with { Username = "sidecar", Password = Password, WaitReplicas = 1, Sentinel = redis.Options.Sentinel! with { Username = "sidecar", Password = Password } };
        await using (var look = new RedisLook(options with { Timeout = TimeSpan.FromSeconds(5) }, "redis"))
        {
            Assert.Equal("3 sentinels take connections", (await look.DialAsync(default)).Detail);
            Assert.Equal(CheckStatus.Ok, (await look.LogInAsync(default)).Status);
            Assert.Equal(CheckStatus.Ok, (await look.TryRightsAsync(RedisRights.State)).Status);
        }

        await using (var look = new RedisLook(options with { Sentinel = options.Sentinel! with { Master = "nobody" } }, "redis"))
        {
            Assert.Equal("no sentinel names a master called nobody", (await look.LogInAsync(default)).Detail);
        }

        await using var connection = await redis.ConnectAsync(options);
        await using var load = new FlowLoad(connection);
        load.Start();
        await RedisServer.UntilAsync(() => Task.FromResult(load.Granted.Values.Any(static granted => granted > 1)), TimeSpan.FromSeconds(10), "nothing is granted");

        foreach (var server in redis.Sentinels.Append(redis.First))
        {
            Assert.Empty(await RefusedAsync(server));
        }
    }

    private static async Task SetUsersAsync(RedisServer redis)
    {
        foreach (var line in Lines().Take(2))
        {
            await redis.AdminAsync("ACL", [.. line.Skip(1)]);
        }
    }

    /// <summary>What users of ours wanted and were not allowed.</summary>
    private static async Task<string[]> RefusedAsync(RedisServer redis)
    {
        var entries = (RedisResult[])(await redis.AdminAsync("ACL", "LOG"))!;
        return [.. entries.Select(static entry => entry.ToDictionary()).Where(static entry => ((string?)entry["username"])!.StartsWith("sidecar", StringComparison.Ordinal)).Select(static entry => $"{entry["reason"]} {entry["object"]}")];
    }

    private static List<string[]> Lines() =>
        [.. User().Matches(File.ReadAllText(RepositoryRoot.Combine("docs", "redis.md"))).Select(static match => match.Value.Split(' '))];

    [GeneratedRegex("^ACL SETUSER .*$", RegexOptions.Multiline)]
    private static partial Regex User();
}
