using System.Threading.Channels;

namespace Sidecar.Mail;

/// <summary>The queue of a single process, which ends with it: a stop sends what it can.</summary>
internal sealed class MemoryMailQueue : IMailQueue
{
    // Bounded by the number of jobs, which also counts those between two attempts: they must find their place again.
    private readonly Channel<OutboxJob> _ready = Channel.CreateUnbounded<OutboxJob>();
    private readonly HashSet<OutboxJob> _jobs = [];
    private readonly HashSet<OutboxJob> _taken = [];
    private readonly Dictionary<string, OutboxJob> _newest = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly int _capacity;
    private readonly TimeProvider _time;
    private readonly RetryQueue _pauses;
    private bool _drains;

    public MemoryMailQueue(int capacity, TimeProvider time)
    {
        (_capacity, _time) = (capacity, time);
        _pauses = new RetryQueue(time, job => _ready.Writer.TryWrite(job));
    }

    public int Length
    {
        get
        {
            lock (_lock)
            {
                return _jobs.Count;
            }
        }
    }

    public TimeSpan Age
    {
        get
        {
            lock (_lock)
            {
                var now = _time.GetUtcNow();
                return now - _jobs.Select(static job => job.Since).DefaultIfEmpty(now).Min();
            }
        }
    }

    public void Start(Func<bool> canDeliver)
    {
    }

    public ValueTask<Addition> AddAsync(OutboxJob job)
    {
        lock (_lock)
        {
            if (_drains)
            {
                return new(new Addition(false));
            }

            var name = job.Entry.Supersedes;
            var old = _newest.TryGetValue(name, out var found) && !_taken.Contains(found) ? found : null;
            if (old is not null)
            {
                End(old);
            }

            if (_jobs.Count >= _capacity)
            {
                return new(new Addition(false));
            }

            _jobs.Add(job);
            if (name.Length > 0)
            {
                _newest[name] = job;
            }

            if (job.Entry.Delay <= TimeSpan.Zero || job.IsAwaited)
            {
                _ready.Writer.TryWrite(job);
            }
            else
            {
                _pauses.Add(job, job.Since + job.Entry.Delay);
            }

            return new(new Addition(true, old?.Entry));
        }
    }

    public async ValueTask<OutboxJob> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var job = await _ready.Reader.ReadAsync(cancellationToken);
            lock (_lock)
            {
                // One that made way is no longer among them.
                if (_jobs.Contains(job))
                {
                    _taken.Add(job);
                    return job;
                }
            }
        }
    }

    public ValueTask<bool> RemoveAsync(OutboxJob job, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            End(job);
            return new(true);
        }
    }

    public ValueTask<DeliveryOutcome?> PutBackAsync(OutboxJob job, TimeSpan pause, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _taken.Remove(job);
            if (_drains)
            {
                End(job);
                return new(DeliveryOutcome.Transient);
            }

            if (job.Entry.Supersedes is { Length: > 0 } name && _newest.GetValueOrDefault(name) != job)
            {
                End(job);
                return new(DeliveryOutcome.Superseded);
            }

            var due = _time.GetUtcNow() + pause;
            _pauses.Add(job, due < job.Entry.Expires ? due : job.Entry.Expires);
            return new((DeliveryOutcome?)null);
        }
    }

    public void Hurry() => _pauses.ReleaseAll();

    public Task DrainAsync()
    {
        lock (_lock)
        {
            _drains = true;
            if (_jobs.Count == 0)
            {
                _empty.TrySetResult();
            }
        }

        _pauses.ReleaseAll();
        return _empty.Task;
    }

    public ValueTask<IReadOnlyList<OutboxJob>> CloseAsync()
    {
        lock (_lock)
        {
            return new([.. _jobs]);
        }
    }

    public void Dispose() => _pauses.Dispose();

    private void End(OutboxJob job)
    {
        _jobs.Remove(job);
        _taken.Remove(job);
        if (_newest.GetValueOrDefault(job.Entry.Supersedes) == job)
        {
            _newest.Remove(job.Entry.Supersedes);
        }

        if (_jobs.Count == 0 && _drains)
        {
            _empty.TrySetResult();
        }
    }
}
