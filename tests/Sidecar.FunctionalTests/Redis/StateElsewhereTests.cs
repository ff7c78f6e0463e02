using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Redis;

/// <summary>The real binary with its state in a Redis of its own kind, and the app's plain Redis, database 1, for the hand-over.</summary>
public sealed class StateElsewhereTests
{
    [Fact]
    public async Task Recovery_StateInACluster_ReachesTheAppInItsOwnRedis()
    {
        await using var cluster = new RedisCluster();
        await cluster.InitializeAsync();
        await using var world = await StartAsync($"redis.cluster.hosts={string.Join(',', cluster.Options.Nodes)}");

        for (var i = 0; i < 4; i++)
        {
            await RecoverAsync(world);
        }

        // Whatever is left in the app's Redis is the app's.
        Assert.DoesNotContain((string[])(await world.Redis.AdminAsync("KEYS", "*"))!, static key => key.StartsWith("sidecar:", StringComparison.Ordinal));
        var used = 0;
        foreach (var node in cluster.Nodes.Take(3))
        {
            used += (int)await node.AdminAsync("DBSIZE") > 0 ? 1 : 0;
        }

        Assert.InRange(used, 2, 3);
    }

    [Fact]
    public async Task Recovery_StateUnderSentinels_OutlivesItsMaster()
    {
        await using var redis = await WatchedRedis.StartAsync();
        await using var world = await StartAsync($"redis.sentinel.hosts={string.Join(',', redis.Options.Sentinel!.Hosts)}", $"redis.sentinel.master={WatchedRedis.Name}");
        await RecoverAsync(world);
        var (begun, proven) = (world.NewClient(), world.NewClient());
        var (beginner, prover) = (world.NewUser(), world.NewUser());
        var code = await begun.StartAsync(beginner);
        await proven.ProveAsync(prover);

        await redis.First.KillAsync();
        var longest = TimeSpan.Zero;
        await RedisServer.UntilAsync(
            async () =>
            {
                var reply = await world.NewClient().CaptchaAsync("alice@example.com");
                longest = reply.Took > longest ? reply.Took : longest;
                Assert.True(reply.IsPicture || reply.Words == "500 service temporarily unavailable", reply.Words);
                return reply.IsPicture && await redis.IsPromotedAsync();
            },
            TimeSpan.FromSeconds(30),
            "recovery did not come back:\n" + world.Log);

        Assert.True(longest < TimeSpan.FromSeconds(3), $"an answer took {longest}");
        Assert.Equal("0 otp verified", (await begun.VerifyAsync(beginner, code)).Words);
        Assert.Equal(0, (await begun.ResetAsync(beginner)).Code);
        Assert.Equal(0, (await proven.ResetAsync(prover)).Code);
        await RecoverAsync(world);
    }

    private static Task<RecoveryWorld> StartAsync(params string[] settings) =>
        RecoveryWorld.StartAsync(new() { Settings = ["limits.client.mode=on", "limits.client.permits=10000", "limits.captcha.mode=on", "limits.captcha.permits=10000", "handoff.redis.host={redis}", .. settings] });

    private static async Task RecoverAsync(RecoveryWorld world)
    {
        var (email, client) = (world.NewUser(), world.NewClient());
        await client.ProveAsync(email);
        Assert.Equal(0, (await client.ResetAsync(email)).Code);
        Assert.True(await client.LogsInAsync(email, "fresh-password"));
    }
}
