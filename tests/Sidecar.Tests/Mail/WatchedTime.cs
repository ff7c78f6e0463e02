using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Sidecar.Tests.Mail;

/// <summary>A clock that stands until it is turned, and tells when somebody begins to wait, so that no test turns it too early.</summary>
internal sealed class WatchedTime() : FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero))
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Channel<TimeSpan> _waits = Channel.CreateUnbounded<TimeSpan>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _waits.Writer.TryWrite(dueTime);
        return timer;
    }

    /// <summary>Waits until something has begun to wait for exactly <paramref name="due"/>.</summary>
    public async Task WaitBegunAsync(TimeSpan due)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (await _waits.Reader.ReadAsync(timeout.Token) != due)
        {
        }
    }
}
