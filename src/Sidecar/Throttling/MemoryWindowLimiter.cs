using System.Threading.RateLimiting;
using Sidecar.Hosting;

namespace Sidecar.Throttling;

/// <summary>
/// A sliding window for each partition in this process. Bounded: idle partitions go as time passes, and beyond
/// <paramref name="maxPartitions"/> the one longest untouched does, so that a flood of addresses costs no memory.
/// The framework's own limiters are not used because they tell neither what is left nor heed the clock that Development turns.
/// </summary>
internal sealed class MemoryWindowLimiter(LimitOptions limit, TimeProvider time, int maxPartitions = MemoryWindowLimiter.DefaultPartitions)
    : PartitionedRateLimiter<string>
{
    public const int DefaultPartitions = 100_000;

    private readonly Lock _turn = new();
    private readonly Dictionary<string, LinkedListNode<Partition>> _partitions = new(StringComparer.Ordinal);
    private readonly LinkedList<Partition> _byTouch = new();
    private LimitOptions _limit = limit;

    public int PartitionCount
    {
        get
        {
            lock (_turn)
            {
                return _partitions.Count;
            }
        }
    }

    /// <summary>Takes other numbers. Where windows are no longer as long, or no longer counted alike, they begin anew.</summary>
    public void Retune(LimitOptions next)
    {
        lock (_turn)
        {
            if (next.Window != _limit.Window || SlidingWindow.Length(next.Permits, next.Window) != SlidingWindow.Length(_limit.Permits, _limit.Window))
            {
                _partitions.Clear();
                _byTouch.Clear();
            }

            _limit = next;
        }
    }

    public override RateLimiterStatistics? GetStatistics(string resource) => null;

    protected override RateLimitLease AttemptAcquireCore(string resource, int permitCount)
    {
        lock (_turn)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            var partition = Touch(resource, now);
            return new WindowLease(partition.Window.Take(_limit.Permits, permitCount, now), _limit, segment => GiveBack(resource, segment));
        }
    }

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(string resource, int permitCount, CancellationToken cancellationToken) =>
        new(AttemptAcquireCore(resource, permitCount));

    private Partition Touch(string name, long now)
    {
        if (_partitions.TryGetValue(name, out var node))
        {
            _byTouch.Remove(node);
        }
        else
        {
            Evict(now);
            node = _partitions[name] = new(new Partition(name, new SlidingWindow(_limit.Permits, _limit.Window)));
        }

        node.Value.Touched = now;
        _byTouch.AddLast(node);
        return node.Value;
    }

    private ValueTask GiveBack(string name, long segment)
    {
        lock (_turn)
        {
            if (_partitions.TryGetValue(name, out var node))
            {
                node.Value.Window.GiveBack(segment);
            }
        }

        return ValueTask.CompletedTask;
    }

    private void Evict(long now)
    {
        // After a window and what is counted together, nothing is left of it.
        var idle = now - (long)_limit.Window.TotalMilliseconds - SlidingWindow.Length(_limit.Permits, _limit.Window);
        while (_byTouch.First is { } oldest && (_partitions.Count >= maxPartitions || oldest.Value.Touched < idle))
        {
            _byTouch.RemoveFirst();
            _partitions.Remove(oldest.Value.Name);
        }
    }

    private sealed class Partition(string name, SlidingWindow window)
    {
        public string Name { get; } = name;

        public SlidingWindow Window { get; } = window;

        public long Touched { get; set; }
    }
}
