using System.Collections.Concurrent;
using System.Net;
using StackExchange.Redis;

namespace Sidecar.Hosting;

/// <summary>
/// One set of connections to a Redis, from its start to its end: to one server, or to all of a Cluster, of which single masters
/// may be down.
/// </summary>
internal sealed class RedisLink : IAsyncDisposable
{
    /// <summary>Writes nothing, and is refused wherever a write would be: by a read-only replica, a server that loads or cannot save.</summary>
    private const string Probe = "return redis.call('DEL', KEYS[1])";

    private readonly ConnectionMultiplexer _connection;
    private readonly RedisOptions _options;
    private readonly ConcurrentDictionary<EndPoint, bool> _silent = new();
    private readonly ConcurrentDictionary<EndPoint, RedisReplicaWait> _waits = new();
    private volatile ClusterConfiguration? _slots;

    private RedisLink(RedisOptions options, EndPoint? master, ConnectionMultiplexer connection)
    {
        (_options, Master, _connection) = (options, master, connection);
        Database = connection.GetDatabase();
    }

    public IDatabase Database { get; }

    /// <summary>The server that the sentinels named; null without sentinels.</summary>
    public EndPoint? Master { get; }

    /// <summary>Begins to connect, and returns within a second whether or not it worked.</summary>
    public static async Task<RedisLink> OpenAsync(RedisOptions options, EndPoint? master) =>
        new(options, master, await ConnectionMultiplexer.ConnectAsync(RedisConfiguration.For(options, master)));

    /// <summary>Whether the server that has this key is known not to answer, while others do.</summary>
    public bool IsSilent(RedisKey key) => !_silent.IsEmpty && Owner(key) is { } owner && _silent.ContainsKey(owner);

    /// <summary>Remembers, until a probe says otherwise, that the server with this key did not answer.</summary>
    public void Missed(RedisKey key)
    {
        if (Owner(key) is { } owner)
        {
            _silent[owner] = true;
        }
    }

    /// <summary>Asks whether writes are taken; returns <c>ok</c> or what is missing, and throws when nothing is there.</summary>
    /// <param name="key">One that the user may touch, and that is never there.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<string> ProbeAsync(RedisKey key, CancellationToken cancellationToken)
    {
        if (_options.IsCluster)
        {
            return await ProbeClusterAsync(cancellationToken);
        }

        try
        {
            await Database.ScriptEvaluateAsync(Probe, [key], flags: CommandFlags.DemandMaster | CommandFlags.NoScriptCache).WaitAsync(_options.Timeout, cancellationToken);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOPERM", StringComparison.Ordinal) || e.Message.Contains("permission", StringComparison.OrdinalIgnoreCase))
        {
            // A right that is missing is for `check` to find: that Redis says so is an answer.
        }

        return "ok";
    }

    /// <summary>How many replicas have what this connection wrote so far to the server of a key.</summary>
    public Task<long> ReplicasAsync(RedisKey key) => _waits.GetOrAdd(Owner(key) ?? _connection.GetEndPoints()[0], place => new(() => WaitAsync(place))).AskAsync();

    /// <summary>What each master says of itself; empty where it may not.</summary>
    public async Task<IReadOnlyList<string>> InfoAsync(string part)
    {
        var told = new List<string>();
        foreach (var server in _connection.GetServers().Where(static server => server is { IsConnected: true, IsReplica: false }))
        {
            try
            {
                told.Add((string?)await server.ExecuteAsync("INFO", part) ?? "");
            }
            catch (RedisException)
            {
                // It may not be asked.
            }
        }

        return told;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>The server holds up everything behind this on the connection, so it must not be for long.</summary>
    private async Task<long> WaitAsync(EndPoint place) => (long)await _connection.GetServer(place).ExecuteAsync("WAIT", _options.WaitReplicas, (int)_options.Timeout.TotalMilliseconds / 4);

    private async Task<string> ProbeClusterAsync(CancellationToken cancellationToken)
    {
        var masters = Masters();
        var silent = await SilentAsync(masters, cancellationToken);
        if (silent.Count > 0 || masters.Count == 0)
        {
            // A replica may have been promoted, or the nodes may have moved.
            await _connection.ConfigureAsync();
            masters = Masters();
            silent = await SilentAsync(masters, cancellationToken);
        }

        foreach (var known in _silent.Keys.Where(place => !silent.Contains(place)))
        {
            _silent.TryRemove(known, out _);
        }

        foreach (var place in silent)
        {
            _silent[place] = true;
        }

        return masters.Count == 0 || silent.Count == masters.Count ? throw new TimeoutException()
            : silent.Count == 0 ? "ok"
            : $"{silent.Count} of {masters.Count} masters do not answer";
    }

    private async Task<HashSet<EndPoint>> SilentAsync(IReadOnlyList<EndPoint> masters, CancellationToken cancellationToken)
    {
        var pings = await Task.WhenAll(masters.Select(async place =>
        {
            try
            {
                await _connection.GetServer(place).PingAsync().WaitAsync(_options.Timeout, cancellationToken);
                return null;
            }
            catch (Exception e) when (e is RedisException or TimeoutException or ArgumentException)
            {
                return place;
            }
        }));
        return [.. pings.OfType<EndPoint>()];
    }

    /// <summary>The masters as a node that is connected has them.</summary>
    private List<EndPoint> Masters()
    {
        _slots = _connection.GetServers().Where(static server => server.IsConnected).Select(static server => server.ClusterConfiguration).OfType<ClusterConfiguration>().FirstOrDefault() ?? _slots;
        return [.. (_slots?.Nodes ?? []).Where(static node => !node.IsReplica && node.Slots.Count > 0).Select(static node => node.EndPoint).OfType<EndPoint>()];
    }

    private EndPoint? Owner(RedisKey key) => _options.IsCluster ? _slots?.GetBySlot(key)?.EndPoint : null;
}
