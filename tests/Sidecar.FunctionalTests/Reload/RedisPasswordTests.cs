using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Reload;

/// <summary>Redis' password is exchanged as Kubernetes exchanges a mounted secret, while people recover their accounts.</summary>
public sealed class RedisPasswordTests
{
    [Fact]
    public async Task Password_SwappedUnderLoad_FailsNoRequest()
    {
        using var volume = new MountedSecret("first");
        await using var world = await StartAsync(volume);
        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => RecoverAsync(world, stop.Token))));
        var before = await ClientsAsync(world.Redis);

        await world.Redis.AdminAsync("ACL", "SETUSER", "sidecar", ">second");
        volume.Swap("second");
        // Not asked to look: it finds out by itself.
        await Eventually.TrueAsync(() => world.Log.Contains("redis.password: *** -> ***, in force", StringComparison.Ordinal), "the password is in force\n" + world.Log);
        await world.Redis.AdminAsync("ACL", "SETUSER", "sidecar", "<first");
        await RedisServer.UntilAsync(async () => !before.Overlaps(await ClientsAsync(world.Redis)), RecoveryWorld.Patience, "who logged in by the old password stays");
        // Who comes back logs in anew.
        await stop.CancelAsync();
        var flows = (await load).Sum();
        await world.Redis.AdminAsync("CLIENT", "KILL", "USER", "sidecar");
        await RedisServer.UntilAsync(async () => (await world.NewClient().CaptchaAsync("alice@example.com")).IsPicture, RecoveryWorld.Patience, "it does not log in by the new password\n" + world.Log);

        Assert.True(flows > 3, $"{flows} flows");
        Assert.DoesNotContain("first", world.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("second", world.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Password_RedisDoesNotTakeYet_IsToldAndTakenOnceItDoes()
    {
        using var volume = new MountedSecret("first");
        await using var world = await StartAsync(volume);

        volume.Swap("second");
        await Eventually.TrueAsync(() => world.Log.Contains("nothing of the change is used", StringComparison.Ordinal), "it is refused\n" + world.Log);
        Assert.Contains("the login was refused; check redis.username and redis.password", world.Log, StringComparison.Ordinal);
        await RecoverOnceAsync(world);

        await world.Redis.AdminAsync("ACL", "SETUSER", "sidecar", ">second", "<first");
        await Eventually.TrueAsync(() => world.Log.Contains("redis.password: *** -> ***, in force", StringComparison.Ordinal), "the password is in force\n" + world.Log);
        await RecoverOnceAsync(world);
        Assert.DoesNotContain("takes effect after a restart", world.Log, StringComparison.Ordinal);
    }

    private static Task<RecoveryWorld> StartAsync(MountedSecret volume) => RecoveryWorld.StartAsync(new()
    {
        Prepare = static redis => redis.AdminAsync("ACL", "SETUSER", "sidecar", "on", ">first", "~*", "+@all"),
        Settings = ["redis.username=sidecar", $"redis.password_file={volume.File}", "redis.timeout=5s"],
    });

    /// <summary>Whole flows, one after the other, none of which may fail.</summary>
    private static async Task<int> RecoverAsync(RecoveryWorld world, CancellationToken stop)
    {
        var flows = 0;
        for (; !stop.IsCancellationRequested && flows < 18; flows++)
        {
            await RecoverOnceAsync(world);
            await Task.Delay(300, CancellationToken.None);
        }

        return flows;
    }

    private static async Task RecoverOnceAsync(RecoveryWorld world)
    {
        var (email, client) = (world.NewUser(), world.NewClient());
        await client.ProveAsync(email);
        Assert.Equal(0, (await client.ResetAsync(email)).Code);
    }

    private static async Task<HashSet<string>> ClientsAsync(RedisServer redis) =>
        [.. ((string)(await redis.AdminAsync("CLIENT", "LIST"))!).Split('\n').Where(static line => line.Contains("user=sidecar", StringComparison.Ordinal)).Select(static line => line.Split(' ')[0])];
}
