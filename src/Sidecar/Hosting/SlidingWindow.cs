namespace Sidecar.Hosting;

/// <summary>
/// The permits taken of one window; the twin of <c>Scripts/windows.lua</c>, on the ground because limits of several rooms count
/// alike. No stretch of the window's length ever sees more than the limit. Up to <see cref="MostExact"/> permits each is counted
/// at its own millisecond and comes back when the window has passed; beyond that they are counted in segments, to bound what is
/// kept, and come back up to a twenty-fourth of the window later. Instants are milliseconds.
/// </summary>
internal sealed class SlidingWindow(int permits, TimeSpan window)
{
    /// <summary>Limits of more permits than this are counted in segments.</summary>
    public const int MostExact = 100;

    private const int Segments = 24;

    private readonly long _length = Length(permits, window);
    private readonly long _window = (long)window.TotalMilliseconds;

    /// <summary>Oldest first.</summary>
    private readonly List<(long Segment, string By, int Count)> _taken = [];

    /// <summary>What is counted together, in milliseconds; it also names what is stored.</summary>
    public static long Length(int permits, TimeSpan window) => permits <= MostExact ? 1 : (long)Math.Ceiling(window.TotalMilliseconds / Segments);

    public bool IsIdle(long now)
    {
        Forget(now);
        return _taken.Count == 0;
    }

    /// <summary>Takes permits, or takes none and says when there will be some.</summary>
    public WindowState Take(int limit, int wanted, long now)
    {
        var wait = Wait(limit, wanted, now);
        var segment = wait == 0 && wanted > 0 ? Add(wanted, now) : 0;
        var used = _taken.Sum(static taken => taken.Count);
        var reset = _taken.Count > 0 ? Back(_taken[0].Segment) - now : 0;
        return new(wait == 0, Math.Max(limit - used, 0), Milliseconds(wait), Milliseconds(reset), segment);
    }

    /// <summary>Milliseconds until so many permits fit under the limit; zero when they do now.</summary>
    /// <param name="limit">The most permits of a window.</param>
    /// <param name="wanted">Permits wanted.</param>
    /// <param name="now">The instant.</param>
    /// <param name="by">Whose permits count; null for everybody's.</param>
    public long Wait(int limit, int wanted, long now, string? by = null)
    {
        Forget(now);
        var used = _taken.Where(taken => Counts(taken.By, by)).Sum(static taken => taken.Count);
        var wait = used + wanted > limit ? 1 : 0L;
        foreach (var taken in _taken)
        {
            if (used + wanted <= limit)
            {
                break;
            }

            if (Counts(taken.By, by))
            {
                used -= taken.Count;
                wait = Back(taken.Segment) - now;
            }
        }

        return wait;
    }

    /// <summary>Takes permits whether they fit or not.</summary>
    /// <returns>The segment they were taken in, by which they are given back.</returns>
    public long Add(int permits, long now, string by = "")
    {
        // A clock that was set back must not open the window again.
        var current = Math.Max(now / _length, _taken.Count > 0 ? _taken[^1].Segment : 0);
        var at = Find(current, by);
        if (at >= 0)
        {
            _taken[at] = (current, by, _taken[at].Count + permits);
        }
        else
        {
            _taken.Add((current, by, permits));
        }

        return current;
    }

    /// <summary>Gives one permit back, if it is still counted.</summary>
    public void GiveBack(long segment, string by = "")
    {
        var at = Find(segment, by);
        if (at >= 0 && _taken[at].Count > 1)
        {
            _taken[at] = (segment, by, _taken[at].Count - 1);
        }
        else if (at >= 0)
        {
            _taken.RemoveAt(at);
        }
    }

    private int Find(long segment, string by) => _taken.FindIndex(taken => taken.Segment == segment && taken.By == by);

    private void Forget(long now)
    {
        var kept = _taken.FindIndex(taken => Back(taken.Segment) > now);
        _taken.RemoveRange(0, kept < 0 ? _taken.Count : kept);
    }

    /// <summary>When the permits of a segment come back: a window after its last instant.</summary>
    private long Back(long segment) => ((segment + 1) * _length) - 1 + _window;

    private static bool Counts(string taker, string? by) => by is null || taker == by;

    private static TimeSpan Milliseconds(long value) => TimeSpan.FromMilliseconds(value);
}

/// <summary>How a window stands after a request for permits.</summary>
/// <param name="Taken">Whether the permits were there and are taken now.</param>
/// <param name="Remaining">Permits left.</param>
/// <param name="RetryAfter">When the wanted ones will be there; zero when taken.</param>
/// <param name="Reset">When the oldest taken one comes back; zero when none is taken.</param>
/// <param name="Segment">What they were taken in, for whoever gives them back.</param>
internal readonly record struct WindowState(bool Taken, int Remaining, TimeSpan RetryAfter, TimeSpan Reset, long Segment);
