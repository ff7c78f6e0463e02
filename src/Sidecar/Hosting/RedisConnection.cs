using System.Diagnostics.Metrics;
using System.Threading.Channels;
using StackExchange.Redis;

namespace Sidecar.Hosting;

/// <summary>
/// The one way to Redis. Sits between the stores and the client library because that library waits where a request must not:
/// here a command fails at once while Redis is known to be down, and after <see cref="RedisOptions.Timeout"/> at the latest
/// when it hangs. A probe every half second finds out by itself, so that requests need not, and follows the master to where
/// it went.
/// </summary>
internal sealed partial class RedisConnection : IAsyncDisposable
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>However much there is to find out, not oftener.</summary>
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMilliseconds(50);

    private readonly ILogger _log;
    private readonly RedisKey _probeKey;
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _turn = new();
    // The connection's own meter, so that the gauge ends with it.
    private readonly Meter _meter = new(SidecarTelemetry.Name);
    private readonly Task _watch;
    private volatile RedisSource _source;
    private volatile RedisLink? _link;
    private volatile bool _isStale;
    private volatile bool _healthy;
    private volatile string _status = "connecting";
    private string _refusal = "";
    private bool _hasLooked;
    private bool _disposed;

    private RedisConnection(RedisOptions options, ILogger log, string probeKey, string store)
    {
        _probeKey = probeKey;
        _source = new(options, Hurry);
        _log = log;
        _meter.CreateObservableGauge("sidecar.store.up", () => new Measurement<int>(_healthy ? 1 : 0, new KeyValuePair<string, object?>("store", store)), null, "Whether Redis answers.");
        _watch = Task.Run(WatchAsync);
    }

    /// <summary>Whether the last word from Redis was an answer.</summary>
    public bool IsHealthy => _healthy;

    /// <summary>For <c>/readyz</c>: <c>ok</c>, <c>connecting</c>, or why it is down.</summary>
    public string Status => _status;

    public RedisOptions Options => _source.Options;

    /// <summary>Begins to connect in the background and returns; startup never waits for Redis.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="log">Hears when it comes and goes.</param>
    /// <param name="probeKey">A key that the user may touch, and that is never there.</param>
    /// <param name="store">What metrics call it: the state's, or the one that the app reads.</param>
    public static RedisConnection Start(RedisOptions options, ILogger<RedisConnection> log, string probeKey = "sidecar:{check}:probe", string store = "state") => new(options, log, probeKey, store);

    /// <summary>Runs a script, all of whose keys are in <paramref name="keys"/>.</summary>
    /// <exception cref="StoreUnavailableException">Redis is down, hangs or refuses.</exception>
    public Task<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken = default) =>
        RunAsync(link => EvaluateAsync(link.Database, script, keys, values), keys[0], cancellationToken);

    /// <summary>Runs a script that grants something: where <see cref="RedisOptions.WaitReplicas"/> asks for it, only once replicas know, too.</summary>
    /// <exception cref="StoreUnavailableException">Redis or replicas are down, hang or refuse. The step may have been done.</exception>
    public Task<RedisResult> EvaluateForGoodAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken = default) => RunAsync(
        async link =>
        {
            var result = await EvaluateAsync(link.Database, script, keys, values);
            // By the same link: another one's replicas know nothing of it.
            var wanted = Options.WaitReplicas;
            return wanted == 0 || await link.ReplicasAsync(keys[0]) >= wanted
                ? result
                : throw new StoreUnavailableException($"Redis at {Options.Place} could not pass a step on to {wanted} replicas (redis.wait_replicas)");
        },
        keys[0],
        cancellationToken);

    /// <summary>Runs commands for which a script would be too much, under the same time limit.</summary>
    /// <exception cref="StoreUnavailableException">Redis is down, hangs or refuses.</exception>
    public Task<T> RunAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken = default) =>
        RunAsync(link => command(link.Database), default, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        // Registered both for the state and for the handoff, it is disposed of twice.
        if (Interlocked.Exchange(ref _disposed, true))
        {
            return;
        }

        await _stop.CancelAsync();
        await _watch;
        _healthy = false;
        await (_link?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _source.DisposeAsync();
        _stop.Dispose();
        _meter.Dispose();
    }

    private static async Task<RedisResult> EvaluateAsync(IDatabase database, RedisScript script, RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            return await database.ScriptEvaluateAsync(script.Digest, keys, values, CommandFlags.DemandMaster);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // The server has been restarted or flushed, or is another one. The first call ran nothing, so this one runs the step once.
            return await database.ScriptEvaluateAsync(script.Text, keys, values, CommandFlags.DemandMaster | CommandFlags.NoScriptCache);
        }
    }

    private async Task<T> RunAsync<T>(Func<RedisLink, Task<T>> command, RedisKey key, CancellationToken cancellationToken)
    {
        var options = Options;
        if (!_healthy || _link is not { } link)
        {
            throw new StoreUnavailableException($"Redis at {options.Place} is not available: {_status}");
        }

        if (link.IsSilent(key))
        {
            throw new StoreUnavailableException($"A master of {options.Place} does not answer");
        }

        try
        {
            return await command(link).WaitAsync(options.Timeout, cancellationToken);
        }
        catch (RedisServerException e)
        {
            Refused(link, e);
            throw new StoreUnavailableException($"Redis at {options.Place} refused a command", e);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            if (options.IsCluster)
            {
                // The others serve on; the watch finds out.
                link.Missed(key);
            }
            else
            {
                Lost(link, e);
            }

            Hurry();
            throw new StoreUnavailableException($"Redis at {options.Place} did not answer", e);
        }
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var source = _source;
                var link = await source.FindAsync(_link, _isStale);
                if (!ReferenceEquals(link, _link) && !TryTake(source, link))
                {
                    await link.DisposeAsync();
                    continue;
                }

                Found(link, await link.ProbeAsync(_probeKey, _stop.Token));
                await LookAsync(link);
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                // Whatever it is, the next round may fare better, and nobody else would see it.
                Lost(_link, e);
                _isStale |= e is RedisServerException refusal && RedisTrouble.IsNoMaster(refusal.Message);
            }
            catch (Exception)
            {
                // Being disposed of: however the probe ended, it is nobody's news.
                return;
            }

            await PauseAsync();
        }
    }

    private void Hurry() => _wake.Writer.TryWrite(true);

    private async Task PauseAsync()
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        bound.CancelAfter(ProbeInterval);
        await Task.Delay(LeastInterval, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Task woken = _wake.Reader.ReadAsync(bound.Token).AsTask();
        await woken.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>False when the settings changed while the link was made.</summary>
    private bool TryTake(RedisSource source, RedisLink link)
    {
        lock (_turn)
        {
            if (!ReferenceEquals(source, _source))
            {
                return false;
            }

            Replace(link);
            return true;
        }
    }

    private void Replace(RedisLink link)
    {
        var old = _link;
        (_link, _isStale) = (link, false);
        if (old is not null)
        {
            _ = EndAsync(old);
        }
    }

    /// <summary>Once whoever still uses it has an answer, or none in time.</summary>
    private async Task EndAsync(RedisLink link)
    {
        await Task.Delay(Options.Timeout * 2, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await link.DisposeAsync();
    }
}
