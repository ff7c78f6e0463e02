namespace Sidecar.Hosting;

/// <summary>
/// The process's only clock. In Development it can be moved forward (<c>POST /dev/advance</c>), so that every expiry can be
/// seen in a second; the stores add <see cref="Offset"/> to their own clocks for the same reason.
/// </summary>
internal sealed class SidecarClock : TimeProvider
{
    private long _offsetTicks;

    /// <summary>How far this clock runs ahead of the machine's. Zero outside Development.</summary>
    public TimeSpan Offset => TimeSpan.FromTicks(Interlocked.Read(ref _offsetTicks));

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;

    /// <summary>Moves the clock forward; <paramref name="by"/> must not be negative.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        Interlocked.Add(ref _offsetTicks, by.Ticks);
    }
}
