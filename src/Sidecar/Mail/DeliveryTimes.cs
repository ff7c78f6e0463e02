namespace Sidecar.Mail;

/// <summary>
/// How long deliveries took lately. A slot that has nobody to mail is held as long, so that how fast one's own mail comes
/// tells nothing about the one that was queued before it.
/// </summary>
internal sealed class DeliveryTimes
{
    private const int Window = 32;

    /// <summary>What a relay nearby takes with TLS and a login; used until the first mail was delivered.</summary>
    private static readonly TimeSpan Unmeasured = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly TimeSpan[] _recent = new TimeSpan[Window];
    private int _count;

    public TimeSpan Median
    {
        get
        {
            lock (_lock)
            {
                if (_count == 0)
                {
                    return Unmeasured;
                }

                var sorted = _recent.AsSpan(0, Math.Min(_count, Window)).ToArray();
                Array.Sort(sorted);
                return sorted[sorted.Length / 2];
            }
        }
    }

    public void Add(TimeSpan duration)
    {
        lock (_lock)
        {
            _recent[_count % Window] = duration;
            // Counts on within two windows, so that it never overflows.
            _count = _count + 1 < 2 * Window ? _count + 1 : Window;
        }
    }
}
