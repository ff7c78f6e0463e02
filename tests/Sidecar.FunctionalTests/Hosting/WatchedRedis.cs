using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Hosting;
using StackExchange.Redis;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>A master and a replica under three sentinels that are quick to give it up; nothing but the processes is ours.</summary>
internal sealed class WatchedRedis : IAsyncDisposable
{
    public const string Name = "mymaster";

    private readonly RedisServer[] _sentinels;

    private WatchedRedis(RedisServer first, RedisServer second, RedisServer[] sentinels) => (First, Second, _sentinels) = (first, second, sentinels);

    /// <summary>The master at the start, with an append-only file to see afterwards what it had.</summary>
    public RedisServer First { get; }

    public RedisServer Second { get; }

    public RedisOptions Options => new()
    {
        Sentinel = new() { Master = Name, Hosts = [.. _sentinels.Select(static sentinel => new IPEndPoint(IPAddress.Loopback, sentinel.Port))] },
    };

    public IReadOnlyList<RedisServer> Sentinels => _sentinels;

    public static async Task<WatchedRedis> StartAsync()
    {
        RedisServer.Require();
        var first = new RedisServer { Extra = ["--appendonly", "yes", "--repl-diskless-sync-delay", "0"] };
        await first.StartAsync();
        var second = new RedisServer { Extra = ["--replicaof", "127.0.0.1", first.Port.ToString(CultureInfo.InvariantCulture), "--repl-diskless-sync-delay", "0"] };
        await second.StartAsync();
        await RedisServer.UntilAsync(async () => (await RoleAsync(second))[3] == "connected", TimeSpan.FromSeconds(20), "the replica is not in step");
        var settings = string.Create(CultureInfo.InvariantCulture, $"""
            sentinel monitor {Name} 127.0.0.1 {first.Port} 2
            sentinel down-after-milliseconds {Name} 500
            sentinel failover-timeout {Name} 3000
            """);
        var sentinels = Enumerable.Range(0, 3).Select(_ => new RedisServer { Sentinel = settings }).ToArray();
        var world = new WatchedRedis(first, second, sentinels);
        foreach (var sentinel in sentinels)
        {
            await sentinel.StartAsync();
        }

        // They find each other and the replica by the master.
        await RedisServer.UntilAsync(
            async () =>
            {
                var known = await Task.WhenAll(sentinels.Select(static sentinel => sentinel.AdminAsync("SENTINEL", "MASTER", Name)));
                return known.Select(static one => one.ToDictionary()).All(static one => (int)one["num-other-sentinels"] == 2 && (int)one["num-slaves"] == 1);
            },
            TimeSpan.FromSeconds(30),
            "the sentinels do not know each other");
        return world;
    }

    public async Task<RedisConnection> ConnectAsync(RedisOptions? options = null)
    {
        var connection = RedisConnection.Start(options ?? Options, NullLogger<RedisConnection>.Instance);
        await RedisServer.UntilAsync(() => Task.FromResult(connection.IsHealthy), TimeSpan.FromSeconds(10), "no connection");
        return connection;
    }

    /// <summary>Waits until the second one takes writes.</summary>
    public Task PromotedAsync() => RedisServer.UntilAsync(IsPromotedAsync, TimeSpan.FromSeconds(30), "the replica was not promoted");

    public async Task<bool> IsPromotedAsync()
    {
        try
        {
            return (await RoleAsync(Second))[0] == "master";
        }
        catch (RedisException)
        {
            // Whoever promotes it also cuts its connections.
            return false;
        }
    }

    /// <summary>Waits until a sentinel names the second one; before, nobody can know.</summary>
    public Task NamedAsync() => RedisServer.UntilAsync(
        async () => (await Task.WhenAll(_sentinels.Select(static sentinel => sentinel.AdminAsync("SENTINEL", "GET-MASTER-ADDR-BY-NAME", Name)))).Any(place => (int)place[1] == Second.Port),
        TimeSpan.FromSeconds(30),
        "no sentinel names the new master");

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _sentinels.Append(Second).Append(First))
        {
            await server.DisposeAsync();
        }
    }

    private static async Task<string[]> RoleAsync(RedisServer server) => [.. ((RedisResult[])(await server.AdminAsync("ROLE"))!).Select(static part => part.ToString())];
}
