using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;

namespace Sidecar.FunctionalTests.Redis;

/// <summary>New credentials while requests run.</summary>
public sealed class ReconfigureTests
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Password_RotatedUnderLoad_FailsNoRequest()
    {
        await using var redis = await RedisServer.StartNewAsync();
        var options = redis.Options with { Username = "rotating", Password = "first", Timeout = TimeSpan.FromSeconds(5) };
        await redis.AdminAsync("ACL", "SETUSER", "rotating", "on", ">first", "~*", "+@all");
        await using var connection = await ConnectAsync(options);
        await using var load = new FlowLoad(connection);
        load.Start();
        var before = await ClientsAsync(redis);

        foreach (var (old, fresh) in new[] { ("first", "second"), ("second", "third") })
        {
            await redis.AdminAsync("ACL", "SETUSER", "rotating", $">{fresh}");
            Assert.Equal("", await connection.ReconfigureAsync(options with { Password = fresh }, Bound));
            await redis.AdminAsync("ACL", "SETUSER", "rotating", $"<{old}");
            await Task.Delay(300);
        }

        await load.StopAsync();
        Assert.Equal(0, load.Refused);
        Assert.True(load.Answers > 100);
        Assert.Equal("third", connection.Options.Password);
        // The links before are gone, with those who logged in by the old passwords.
        await RedisServer.UntilAsync(async () => !before.Overlaps(await ClientsAsync(redis)), TimeSpan.FromSeconds(20), "an old link stays");
        await redis.KillAsync();
        await redis.StartAsync();
        await redis.AdminAsync("ACL", "SETUSER", "rotating", "on", ">third", "~*", "+@all");
        await RedisServer.UntilAsync(() => Task.FromResult(connection.IsHealthy), Bound, "it does not come back with the new password");
    }

    [Fact]
    public async Task Password_ThatDoesNotWork_LeavesTheOldOne()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await redis.AdminAsync("ACL", "SETUSER", "rotating", "on", ">first", "~*", "+@all");
        var options = redis.Options with { Username = "rotating", Password = "first", Timeout = TimeSpan.FromSeconds(5) };
        await using var connection = await ConnectAsync(options);
        await using var load = new FlowLoad(connection);
        load.Start();

        var why = await connection.ReconfigureAsync(options with { Password = "wrong" }, TimeSpan.FromSeconds(1));

        Assert.Contains("login was refused", why, StringComparison.Ordinal);
        Assert.Equal("first", connection.Options.Password);
        await load.StopAsync();
        Assert.Equal(0, load.Refused);
        Assert.NotEqual("", await connection.ReconfigureAsync(options with { Port = 1 }, Bound));
    }

    private static async Task<RedisConnection> ConnectAsync(RedisOptions options)
    {
        var connection = RedisConnection.Start(options, NullLogger<RedisConnection>.Instance);
        await RedisServer.UntilAsync(() => Task.FromResult(connection.IsHealthy), Bound, "no connection");
        return connection;
    }

    private static async Task<HashSet<string>> ClientsAsync(RedisServer redis) =>
        [.. ((string)(await redis.AdminAsync("CLIENT", "LIST"))!).Split('\n').Where(static line => line.Contains("user=rotating", StringComparison.Ordinal)).Select(static line => line.Split(' ')[0])];
}
