using System.Globalization;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>
/// Moves the sidecar's clock. The recordings turned single keys back and so let no time pass beside that; whole seconds
/// that this run took since a code was asked for, or since the last turn, are therefore part of the next one where it stops within a
/// cooldown. Where something is to end they are not: it may end the sooner.
/// </summary>
internal sealed class DevelopmentClock(IReplayWorld world, TimeProvider time)
{
    private const int Cooldown = 60;

    private long since = time.GetTimestamp();

    /// <summary>What the next turn is counted from began at this timestamp.</summary>
    public void CountFrom(long timestamp) => since = timestamp;

    public async Task AdvanceAsync(int seconds, CancellationToken cancellationToken)
    {
        var passed = seconds < Cooldown ? (int)time.GetElapsedTime(since).TotalSeconds : 0;
        since = time.GetTimestamp();
        if (seconds <= passed)
        {
            return;
        }

        var target = string.Create(CultureInfo.InvariantCulture, $"/dev/advance?seconds={seconds - passed}");
        var answer = await RawHttp.SendAsync(new(world.ManagementUrl, "POST", target), cancellationToken);
        if (answer.Status is < 200 or > 299)
        {
            throw new InvalidOperationException($"{target} answered {answer.Status.ToString(CultureInfo.InvariantCulture)}: is the sidecar in Development?");
        }
    }
}
