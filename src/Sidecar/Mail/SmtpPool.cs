namespace Sidecar.Mail;

/// <summary>
/// Connections to one relay that are logged in and wait for the next mail: dialling, TLS and login cost several times what the
/// mail itself does. Who takes one holds it alone; delivery slots bound how many there are.
/// </summary>
internal sealed class SmtpPool : IDisposable
{
    /// <summary>Within this time after a mail a connection is taken to be alive; later it is asked.</summary>
    private static readonly TimeSpan Trusted = TimeSpan.FromSeconds(5);

    /// <summary>A live relay answers at once; a connection that a firewall forgot never does.</summary>
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(2);

    private readonly SmtpPoolOptions _options;
    private readonly int _capacity;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly List<PooledSession> _idle = [];
    private readonly ITimer _sweep;
    private bool _closed;

    public SmtpPool(SmtpPoolOptions options, int capacity, TimeProvider time)
    {
        (_options, _capacity, _time) = (options, capacity, time);
        _sweep = time.CreateTimer(_ => Sweep(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The connection used last, found alive; null when there is none.</summary>
    public async Task<PooledSession?> TakeAsync(CancellationToken cancellationToken)
    {
        while (Pop() is { } kept)
        {
            if (!MayServe(kept))
            {
                await kept.EndAsync();
            }
            else if (_time.GetElapsedTime(kept.IdleSince) <= Trusted || await kept.IsAliveAsync(CheckTimeout, cancellationToken))
            {
                return kept;
            }
        }

        return null;
    }

    /// <summary>Keeps a connection for the next mail, or closes it when it has served long enough.</summary>
    public void GiveBack(PooledSession session)
    {
        session.IdleSince = _time.GetTimestamp();
        lock (_lock)
        {
            if (!_closed && MayServe(session) && _idle.Count < _capacity)
            {
                _idle.Add(session);
                SetTimer();
                return;
            }
        }

        // Not waited for: until the queue hears that the mail was taken, a crash would have it sent again.
        _ = session.EndAsync();
    }

    /// <summary>Says goodbye on all idle connections, and from now on on every other when it is given back.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _closed = true;
        }

        return Task.WhenAll(TakeOut(static _ => true).Select(static session => session.EndAsync()));
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
        }

        _sweep.Dispose();
        TakeOut(static _ => true).ForEach(static session => session.Dispose());
    }

    private PooledSession? Pop()
    {
        lock (_lock)
        {
            if (_idle.Count == 0)
            {
                return null;
            }

            var last = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            return last;
        }
    }

    private bool MayServe(PooledSession session) => session.Messages < _options.MaxMessages && Left(session) > TimeSpan.Zero;

    /// <summary>How long a connection may still be kept idle.</summary>
    private TimeSpan Left(PooledSession session)
    {
        var (idle, age) = (_options.IdleTimeout - _time.GetElapsedTime(session.IdleSince), _options.MaxAge - _time.GetElapsedTime(session.Opened));
        return idle < age ? idle : age;
    }

    private List<PooledSession> TakeOut(Predicate<PooledSession> which)
    {
        lock (_lock)
        {
            var found = _idle.FindAll(which);
            _idle.RemoveAll(found.Contains);
            return found;
        }
    }

    private void Sweep()
    {
        foreach (var session in TakeOut(session => Left(session) <= TimeSpan.Zero))
        {
            // Never throws, and nobody waits for it.
            _ = session.EndAsync();
        }

        lock (_lock)
        {
            SetTimer();
        }
    }

    /// <summary>Under the lock.</summary>
    private void SetTimer()
    {
        if (_idle.Count > 0 && !_closed)
        {
            _sweep.Change(_idle.Min(Left) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
