using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Otp;
using StackExchange.Redis;

namespace Sidecar.FunctionalTests.Redis;

/// <summary>Flows under load while the master goes and another takes over.</summary>
public sealed class SentinelTests
{
    /// <summary>A second is promised; the rest is for a machine that does other things as well.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(3);

    /// <summary>Three seconds are promised; twice that for a machine under load.</summary>
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(6);

    /// <summary>The long form repeats what it is asked to: SIDECAR_FAILOVERS=50.</summary>
    public static TheoryData<string, int> Ways()
    {
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("SIDECAR_FAILOVERS"), out var asked) ? asked : 0;
        var ways = new TheoryData<string, int> { { "kill", 0 }, { "hang", 1 }, { "planned", 2 } };
        for (var round = 3; round < rounds; round++)
        {
            ways.Add((round % 3) switch { 0 => "kill", 1 => "hang", _ => "planned" }, round);
        }

        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Flows_MasterGoesUnderLoad_LoseWhatRedisLostAndComeBack(string way, int round)
    {
        await using var redis = await WatchedRedis.StartAsync();
        // What a planned one loses, nobody can tell afterwards: the old master follows the new one. So there, nothing may be lost.
        await using var connection = await redis.ConnectAsync(redis.Options with { WaitReplicas = way == "planned" ? 1 : 0 });
        await using var load = new FlowLoad(connection);
        load.Start();
        await Task.Delay(500 + (round * 7 % 50));

        await GoAsync(redis, way);
        await redis.PromotedAsync();
        var promoted = Stopwatch.GetTimestamp();
        var serves = ServesAsync(load.Store);
        await redis.NamedAsync();
        var named = Stopwatch.GetTimestamp();
        await serves;
        var (back, took) = (Stopwatch.GetElapsedTime(promoted), Stopwatch.GetElapsedTime(named));
        await load.StopAsync();

        var now = await TriesAsync(redis.Second.Port, load.Granted.Keys);
        var before = await WhatTheOldOneHadAsync(redis, way, load.Granted.Keys);
        await load.GuessToTheEndAsync();
        var lost = load.Granted.Keys.Sum(flow => Math.Max(0, before[flow] - now[flow]));
        var beyond = load.Granted.Sum(static flow => Math.Max(0, flow.Value - FlowLoad.Budget));
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"{way}: {load.Answers} answers, {load.Refused} unavailable, longest {load.Longest.TotalMilliseconds:0} ms; back {back.TotalMilliseconds:0} ms after the promotion, {took.TotalMilliseconds:0} ms after a sentinel told of it; {load.Granted.Count} flows, {lost} tries lost by Redis, {beyond} guesses beyond the budget"));
        Assert.True(took < Back, $"back after {took}");
        Assert.True(load.Longest < Bound, $"an answer took {load.Longest}");
        Assert.NotEmpty(load.Granted);
        foreach (var (flow, granted) in load.Granted)
        {
            Assert.InRange(granted, 0, FlowLoad.Budget + Math.Max(0, before[flow] - now[flow]));
        }
    }

    [Fact]
    public async Task Guess_NoReplicaHasIt_IsNotGrantedWhereReplicasAreWaitedFor()
    {
        await using var redis = await WatchedRedis.StartAsync();
        await using var connection = await redis.ConnectAsync(redis.Options with { WaitReplicas = 1 });
        await using var load = new FlowLoad(connection);
        load.Start();
        await Task.Delay(300);

        // As a network that parts the two.
        await redis.Second.AdminAsync("REPLICAOF", "NO", "ONE");
        await Task.Delay(300);
        await redis.First.KillAsync();
        await load.StopAsync();
        await redis.PromotedAsync();
        await ServesAsync(load.Store, waits: false);
        // With nobody to wait for, nothing is granted from here on; this one does not wait.
        await using var other = await redis.ConnectAsync();
        await using var after = new FlowLoad(other);
        await after.GuessOnAsync(load);

        Assert.Contains(load.Granted, static flow => flow.Value > 0);
        Assert.All(after.Granted, static flow => Assert.InRange(flow.Value, 0, FlowLoad.Budget));
    }

    [Fact]
    public async Task Sentinels_AllGone_TheMasterServesOn()
    {
        await using var redis = await WatchedRedis.StartAsync();
        await using var connection = await redis.ConnectAsync();
        foreach (var sentinel in redis.Sentinels)
        {
            await sentinel.KillAsync();
        }

        await Task.Delay(1500);

        Assert.True(connection.IsHealthy);
        await connection.RunAsync(static database => database.PingAsync());
    }

    [Fact]
    public async Task Standalone_BecomesAReplica_IsUnavailableAtOnceAndBackWithItsMaster()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var other = await RedisServer.StartNewAsync();
        await using var connection = await redis.ConnectAsync(new RedisOptions().Timeout);
        await redis.AdminAsync("REPLICAOF", "127.0.0.1", other.Port);

        await RedisServer.UntilAsync(() => Task.FromResult(!connection.IsHealthy), Bound, "a replica passed for a master");
        Assert.Contains("read-only", connection.Status, StringComparison.Ordinal);
        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await new RedisOtpStore(connection, new SidecarClock()).SpendCaptchaAsync(new(Ticket.NewId()), Ticket.NewId(), Back, default));
        Assert.True(Stopwatch.GetElapsedTime(started) < Bound);

        await redis.AdminAsync("REPLICAOF", "NO", "ONE");
        await RedisServer.UntilAsync(() => Task.FromResult(connection.IsHealthy), Back, "not back");
    }

    private static async Task GoAsync(WatchedRedis redis, string way)
    {
        switch (way)
        {
            case "kill":
                await redis.First.KillAsync();
                break;
            case "hang":
                redis.First.Pause();
                break;
            default:
                await redis.Sentinels[0].AdminAsync("SENTINEL", "FAILOVER", WatchedRedis.Name);
                break;
        }
    }

    private static Task ServesAsync(RedisOtpStore store, bool waits = true) => RedisServer.UntilAsync(
        async () =>
        {
            try
            {
                await store.SpendCaptchaAsync(new(Ticket.NewId()), Ticket.NewId(), Back, default);
                return true;
            }
            catch (StoreUnavailableException)
            {
                return false;
            }
        },
        waits ? TimeSpan.FromSeconds(30) : TimeSpan.FromSeconds(60),
        "not back");

    /// <summary>The old master's own count of tries, from its append-only file: what it acknowledged is there, also after a kill.</summary>
    private static async Task<Dictionary<FlowKey, int>> WhatTheOldOneHadAsync(WatchedRedis redis, string way, IEnumerable<FlowKey> flows)
    {
        if (way == "planned")
        {
            return await TriesAsync(redis.Second.Port, flows);
        }

        if (way == "hang")
        {
            await redis.First.KillAsync();
        }

        await using var old = new RedisServer { Extra = ["--appendonly", "yes", "--dir", redis.First.Directory] };
        await old.StartAsync();
        return await TriesAsync(old.Port, flows);
    }

    private static async Task<Dictionary<FlowKey, int>> TriesAsync(int port, IEnumerable<FlowKey> flows)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port},asyncTimeout=20000"));
        await RedisServer.UntilAsync(async () => await IsLoadedAsync(connection), TimeSpan.FromSeconds(20), "it loads for too long");
        var tries = flows.ToDictionary(static flow => flow, flow => connection.GetDatabase(1).HashGetAsync(RedisOtpKeys.Flow(flow), "tries"));
        await Task.WhenAll(tries.Values);
        return tries.ToDictionary(static flow => flow.Key, static flow => (int)flow.Value.Result);
    }

    private static async Task<bool> IsLoadedAsync(ConnectionMultiplexer connection)
    {
        try
        {
            await connection.GetDatabase(1).KeyExistsAsync("x");
            return true;
        }
        catch (RedisException)
        {
            return false;
        }
    }
}
