using System.Net;

namespace Sidecar.Http1;

/// <summary>
/// The connections to one server. There is no cap: the clients' connections are bounded elsewhere, and a queue here would only
/// hide from the app what waits for it.
/// </summary>
internal sealed class Http1Pool : IDisposable
{
    /// <summary>Below what servers commonly keep an idle connection for (2 s is the shortest), so that it is not they who end it while a request is on its way.</summary>
    public static readonly TimeSpan MostIdle = TimeSpan.FromSeconds(1.5);

    /// <summary>How many of those that rested last are looked at for a near one.</summary>
    private const int MostLookedAt = 8;

    private readonly EndPoint _server;
    private readonly TimeSpan _connectTimeout;
    private readonly TimeSpan _activityTimeout;
    private readonly TimeProvider _time;
    private readonly bool _usesLoop;
    private readonly Lock _lock = new();
    private readonly List<Http1Connection> _idle = [];
    private readonly HashSet<Http1Connection> _open = [];
    private readonly ITimer _watch;

    /// <param name="server">Where to connect.</param>
    /// <param name="connectTimeout">For a connection.</param>
    /// <param name="activityTimeout">How long an exchange may pass no byte either way.</param>
    /// <param name="time">The clock.</param>
    /// <param name="usesLoop">Whether loops of ours serve the sockets, or the runtime.</param>
    public Http1Pool(EndPoint server, TimeSpan connectTimeout, TimeSpan activityTimeout, TimeProvider time, bool usesLoop = false)
    {
        (_server, _connectTimeout, _activityTimeout, _time, _usesLoop) = (server, connectTimeout, activityTimeout, time, usesLoop);
        // One look at all of them now and then, where a timer for each would be set and stopped with every request.
        var interval = TimeSpan.FromMilliseconds(Math.Clamp(activityTimeout.TotalMilliseconds / 4, 50, 1000));
        _watch = time.CreateTimer(static pool => ((Http1Pool)pool!).Watch(), this, interval, interval);
    }

    /// <summary>How many are open, and how many of them rest.</summary>
    public (int Open, int Idle) Count
    {
        get
        {
            lock (_lock)
            {
                return (_open.Count, _idle.Count);
            }
        }
    }

    /// <summary>The connection that was last at rest, if it still can be used, or one of the last that this thread hears.</summary>
    /// <param name="exchange">Who uses it.</param>
    /// <param name="now">The clock's timestamp.</param>
    /// <param name="mayRepeat">Whether the exchange can be tried again on another one; else it gets the last, which its server least likely has given up.</param>
    public Http1Connection? Take(IExchange exchange, long now, bool mayRepeat)
    {
        while (true)
        {
            Http1Connection connection;
            lock (_lock)
            {
                if (_idle.Count == 0)
                {
                    return null;
                }

                var at = mayRepeat ? Nearest() : _idle.Count - 1;
                connection = _idle[at];
                _idle.RemoveAt(at);
                if (connection.IsQuiet && _time.GetElapsedTime(connection.LastActive, now) < MostIdle)
                {
                    (connection.Exchange, connection.LastActive) = (exchange, now);
                    return connection;
                }
            }

            Close(connection);
        }
    }

    /// <summary>A new connection.</summary>
    /// <exception cref="TimeoutException">There was none in time.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">There is none.</exception>
    public async ValueTask<Http1Connection> OpenAsync(IExchange exchange, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_connectTimeout);
        try
        {
            var connection = await Http1Connection.OpenAsync(_server, _usesLoop, _time, timeout.Token);
            connection.Exchange = exchange;
            lock (_lock)
            {
                _open.Add(connection);
            }

            return connection;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("No connection in time.");
        }
    }

    /// <summary>Takes a connection back after a whole exchange.</summary>
    public void Return(Http1Connection connection)
    {
        lock (_lock)
        {
            connection.Exchange = null;
            if (connection.TryRest())
            {
                _idle.Add(connection);
                return;
            }
        }

        Close(connection);
    }

    /// <summary>Gives a connection up in the middle of an exchange.</summary>
    public void End(Http1Connection connection)
    {
        connection.Dispose();
        Forget(connection);
    }

    public void Dispose()
    {
        _watch.Dispose();
        lock (_lock)
        {
            foreach (var connection in _open)
            {
                connection.Close();
            }
        }
    }

    private int Nearest()
    {
        for (var at = _idle.Count - 1; at >= Math.Max(0, _idle.Count - MostLookedAt); at--)
        {
            if (_idle[at].IsNear)
            {
                return at;
            }
        }

        return _idle.Count - 1;
    }

    private void Watch()
    {
        List<IExchange> late = [];
        List<Http1Connection> ended = [];
        lock (_lock)
        {
            foreach (var connection in _open)
            {
                if (connection.Exchange is { } exchange && _time.GetElapsedTime(connection.LastActive) >= _activityTimeout)
                {
                    late.Add(exchange);
                }
            }

            _idle.RemoveAll(connection =>
            {
                var isEnded = !connection.IsQuiet || _time.GetElapsedTime(connection.LastActive) >= MostIdle;
                if (isEnded)
                {
                    ended.Add(connection);
                }

                return isEnded;
            });
        }

        // Outside, because whoever waits on one of them may go on right here.
        late.ForEach(static exchange => exchange.TimeOut());
        ended.ForEach(Close);
    }

    private void Close(Http1Connection connection)
    {
        connection.Close();
        Forget(connection);
    }

    private void Forget(Http1Connection connection)
    {
        lock (_lock)
        {
            connection.Exchange = null;
            _open.Remove(connection);
        }
    }
}
