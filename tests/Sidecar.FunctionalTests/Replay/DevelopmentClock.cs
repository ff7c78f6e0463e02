using System.Globalization;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>
/// Moves the sidecar's clock. The recordings turned single keys back and so let no time pass beside that; whole seconds
/// that this run took since the last turn are therefore part of the next one, and a slow machine waits no longer in sum.
/// </summary>
internal sealed class DevelopmentClock(IReplayWorld world, TimeProvider time)
{
    private long since = time.GetTimestamp();

    /// <summary>What the next turn is counted from has begun only now: what came before is no part of it.</summary>
    public void Restart() => since = time.GetTimestamp();

    public async Task AdvanceAsync(int seconds, CancellationToken cancellationToken)
    {
        var passed = (int)time.GetElapsedTime(since).TotalSeconds;
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
