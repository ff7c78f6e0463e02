using System.Diagnostics.Metrics;
using StackExchange.Redis;

namespace Sidecar.Hosting;

/// <summary>
/// The one way to Redis. Sits between the stores and the client library because that library waits where a request must not:
/// here a command fails at once while Redis is known to be down, and after <see cref="RedisOptions.Timeout"/> at the latest
/// when it hangs. A ping every half second finds out by itself, so that requests need not.
/// </summary>
internal sealed partial class RedisConnection : IAsyncDisposable
{
    private static readonly TimeSpan PingInterval = TimeSpan.FromMilliseconds(500);

    private readonly RedisOptions _options;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _turn = new();
    // The connection's own meter, so that the gauge ends with it.
    private readonly Meter _meter = new(SidecarTelemetry.Name);
    private readonly Task _watch;
    private volatile IDatabase? _database;
    private volatile bool _healthy;
    private volatile string _status = "connecting";
    private string _refusal = "";
    private bool _disposed;

    private RedisConnection(RedisOptions options, ILogger log, string store)
    {
        _options = options;
        _log = log;
        _meter.CreateObservableGauge("sidecar.store.up", () => new Measurement<int>(_healthy ? 1 : 0, new KeyValuePair<string, object?>("store", store)), null, "Whether Redis answers.");
        _watch = Task.Run(WatchAsync);
    }

    /// <summary>Whether the last word from Redis was an answer.</summary>
    public bool IsHealthy => _healthy;

    /// <summary>For <c>/readyz</c>: <c>ok</c>, <c>connecting</c>, or why it is down.</summary>
    public string Status => _status;

    public RedisOptions Options => _options;

    /// <summary>Begins to connect in the background and returns; startup never waits for Redis.</summary>
    /// <param name="options">Where Redis is.</param>
    /// <param name="log">Hears when it comes and goes.</param>
    /// <param name="store">What metrics call it: the state's, or the one that the app reads.</param>
    public static RedisConnection Start(RedisOptions options, ILogger<RedisConnection> log, string store = "state") => new(options, log, store);

    /// <summary>Runs a script, all of whose keys are in <paramref name="keys"/>.</summary>
    /// <exception cref="StoreUnavailableException">Redis is down, hangs or refuses.</exception>
    public Task<RedisResult> EvaluateAsync(RedisScript script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken = default) =>
        RunAsync(database => EvaluateAsync(database, script, keys, values), cancellationToken);

    /// <summary>Runs commands for which a script would be too much, under the same time limit.</summary>
    /// <exception cref="StoreUnavailableException">Redis is down, hangs or refuses.</exception>
    public async Task<T> RunAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken = default)
    {
        if (!_healthy || _database is not { } database)
        {
            throw new StoreUnavailableException($"Redis at {_options.Place} is not available: {_status}");
        }

        try
        {
            return await command(database).WaitAsync(_options.Timeout, cancellationToken);
        }
        catch (RedisServerException e)
        {
            Refused(e);
            throw new StoreUnavailableException($"Redis at {_options.Place} refused a command", e);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            Lost(e);
            throw new StoreUnavailableException($"Redis at {_options.Place} did not answer", e);
        }
    }

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
        if (_database is { } database)
        {
            await database.Multiplexer.DisposeAsync();
        }

        _stop.Dispose();
        _meter.Dispose();
    }

    private static async Task<RedisResult> EvaluateAsync(IDatabase database, RedisScript script, RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            return await database.ScriptEvaluateAsync(script.Digest, keys, values);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // The server has been restarted or flushed. The first call ran nothing, so this one runs the step once.
            return await database.ScriptEvaluateAsync(script.Text, keys, values, CommandFlags.NoScriptCache);
        }
    }

    private async Task WatchAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _database ??= (await ConnectionMultiplexer.ConnectAsync(RedisConfiguration.For(_options))).GetDatabase();
                await _database.PingAsync().WaitAsync(_options.Timeout, _stop.Token);
                Found();
            }
            catch (Exception e) when (!_stop.IsCancellationRequested)
            {
                // Whatever it is, the next round may fare better, and nobody else would see it.
                Lost(e);
            }
            catch (Exception)
            {
                // Being disposed of: however the ping ended, it is nobody's news.
                return;
            }

            await Task.Delay(PingInterval, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Found()
    {
        lock (_turn)
        {
            if (!_healthy)
            {
                _healthy = true;
                _status = "ok";
                Log.Back(_log, _options.Place);
            }
        }
    }

    private void Lost(Exception exception)
    {
        var reason = exception switch
        {
            RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => "the login was refused; check redis.username and redis.password",
            RedisConnectionException connection => Words(connection.FailureType),
            TimeoutException => "no answer in time",
            _ => exception.GetType().Name,
        };
        lock (_turn)
        {
            if (_healthy || _status == "connecting")
            {
                _healthy = false;
                Log.Lost(_log, _options.Place, reason);
            }

            _status = reason;
        }
    }

    /// <summary>An answer, so Redis lives, but not one that serves: said once, not at every request.</summary>
    private void Refused(RedisServerException exception)
    {
        if (Interlocked.Exchange(ref _refusal, exception.Message) != exception.Message)
        {
            Log.Refused(_log, _options.Place, exception.Message);
        }
    }

    private static string Words(ConnectionFailureType failure) => failure switch
    {
        ConnectionFailureType.UnableToConnect or ConnectionFailureType.UnableToResolvePhysicalConnection => "cannot connect",
        ConnectionFailureType.SocketClosed or ConnectionFailureType.SocketFailure => "the connection broke",
        _ => $"the connection failed ({failure})",
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Redis at {Place} answers")]
        public static partial void Back(ILogger log, string place);

        [LoggerMessage(2, LogLevel.Warning, "Redis at {Place} is not available: {Reason}. Account recovery answers so until it is back")]
        public static partial void Lost(ILogger log, string place, string reason);

        [LoggerMessage(3, LogLevel.Error, "Redis at {Place} refused a command: {Reason}")]
        public static partial void Refused(ILogger log, string place, string reason);
    }
}
