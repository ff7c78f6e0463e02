namespace Sidecar.Throttling;

/// <summary>
/// The permits one partition has taken, counted in six segments of the window; the script's twin. Instants are milliseconds.
/// </summary>
internal sealed class SlidingWindow(int limit, TimeSpan window)
{
    private const int Segments = 6;

    private readonly long _length = (long)Math.Ceiling(window.TotalMilliseconds / Segments);
    private readonly Queue<(long Segment, int Count)> _older = new(Segments);
    private (long Segment, int Count) _newest;

    public WindowState Take(int wanted, long now)
    {
        // A clock that was set back must not open the window again.
        var current = Math.Max(now / _length, _newest.Segment);
        Forget(current);
        var used = _newest.Count + _older.Sum(static segment => segment.Count);
        if (used + wanted > limit)
        {
            return new(false, Math.Max(limit - used, 0), RetryAfter(used, wanted, now), Back(Oldest, now));
        }

        if (wanted > 0)
        {
            Count(current, wanted);
        }

        return new(true, limit - used - wanted, TimeSpan.Zero, Back(Oldest, now));
    }

    private long? Oldest => _older.Count > 0 ? _older.Peek().Segment : _newest.Count > 0 ? _newest.Segment : null;

    private void Count(long current, int wanted)
    {
        if (_newest.Count > 0 && _newest.Segment != current)
        {
            _older.Enqueue(_newest);
            _newest = default;
        }

        _newest = (current, _newest.Count + wanted);
    }

    private void Forget(long current)
    {
        while (_older.Count > 0 && _older.Peek().Segment <= current - Segments)
        {
            _older.Dequeue();
        }

        if (_newest.Segment <= current - Segments)
        {
            _newest = default;
        }
    }

    private TimeSpan RetryAfter(int used, int wanted, long now)
    {
        var last = _newest.Segment;
        foreach (var (segment, count) in _older.Append(_newest))
        {
            used -= count;
            last = segment;
            if (used + wanted <= limit)
            {
                break;
            }
        }

        return Back(last, now);
    }

    private TimeSpan Back(long? segment, long now) =>
        segment is { } taken ? TimeSpan.FromMilliseconds(((taken + Segments) * _length) - now) : TimeSpan.Zero;
}

/// <summary>How a window stands after a request for permits.</summary>
/// <param name="Taken">Whether the permits were there and are taken now.</param>
/// <param name="Remaining">Permits left.</param>
/// <param name="RetryAfter">When the wanted ones will be there; zero when taken.</param>
/// <param name="Reset">When the oldest taken one comes back; zero when none is taken.</param>
internal readonly record struct WindowState(bool Taken, int Remaining, TimeSpan RetryAfter, TimeSpan Reset);
