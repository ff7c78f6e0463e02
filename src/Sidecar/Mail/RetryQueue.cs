namespace Sidecar.Mail;

/// <summary>Holds jobs between two attempts, outside the delivery slots, so that mails that must wait keep none that need not.</summary>
internal sealed class RetryQueue : IDisposable
{
    private readonly PriorityQueue<OutboxJob, DateTimeOffset> _waiting = new();
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Action<OutboxJob> _release;
    private readonly ITimer _timer;

    public RetryQueue(TimeProvider time, Action<OutboxJob> release)
    {
        _time = time;
        _release = release;
        _timer = time.CreateTimer(_ => Release(all: false), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(OutboxJob job, DateTimeOffset due)
    {
        lock (_lock)
        {
            _waiting.Enqueue(job, due);
            SetTimer();
        }
    }

    /// <summary>Lets every job go at once.</summary>
    public void ReleaseAll() => Release(all: true);

    public void Dispose() => _timer.Dispose();

    private void Release(bool all)
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            while (_waiting.TryPeek(out var job, out var due) && (all || due <= now))
            {
                _waiting.Dequeue();
                _release(job);
            }

            SetTimer();
        }
    }

    private void SetTimer()
    {
        if (_waiting.TryPeek(out _, out var due))
        {
            var wait = due - _time.GetUtcNow();
            _timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
