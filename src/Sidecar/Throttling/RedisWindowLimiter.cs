using System.Globalization;
using System.Threading.RateLimiting;
using Sidecar.Hosting;
using StackExchange.Redis;

namespace Sidecar.Throttling;

/// <summary>
/// A sliding window for each partition, shared by all replicas. A synchronous request is never granted: asking Redis takes
/// waiting, and a failed lease is how callers learn to come back asynchronously.
/// </summary>
/// <param name="limit">The limit.</param>
/// <param name="redis">Where the counts are.</param>
/// <param name="clock">Its offset is added to Redis' clock.</param>
/// <param name="hash">Makes a partition's name in keys: no client address stands there in clear.</param>
internal sealed class RedisWindowLimiter(LimitOptions limit, RedisConnection redis, SidecarClock clock, Func<string, string> hash)
    : PartitionedRateLimiter<string>
{
    private static readonly RedisScript Window = RedisScript.WithWindows("Throttling.Scripts.window.lua");
    private static readonly RedisScript GiveBack = RedisScript.Embedded("Throttling.Scripts.giveback.lua");

    public override RateLimiterStatistics? GetStatistics(string resource) => null;

    protected override RateLimitLease AttemptAcquireCore(string resource, int permitCount) => new WindowLease(null, limit);

    protected override async ValueTask<RateLimitLease> AcquireAsyncCore(string resource, int permitCount, CancellationToken cancellationToken)
    {
        using var operation = StoreOperation.Start("limit");
        RedisKey key = $"sidecar:{{limit:{limit.Name}:{hash(resource)}}}";
        var result = await redis.EvaluateAsync(
            Window,
            [key],
            [(long)clock.Offset.TotalMilliseconds, limit.Permits, (long)limit.Window.TotalMilliseconds, permitCount],
            cancellationToken);
        var state = new WindowState((int)result[0] == 1, (int)result[1], Milliseconds(result[2]), Milliseconds(result[3]), (long)result[4]);
        operation.Ended(state.Taken ? "taken" : "refused");
        return new WindowLease(state, limit, segment => GiveBackAsync(key, segment));
    }

    private async ValueTask GiveBackAsync(RedisKey key, long segment)
    {
        using var operation = StoreOperation.Start("limit");
        try
        {
            await redis.EvaluateAsync(GiveBack, [key], [string.Create(CultureInfo.InvariantCulture, $"{SlidingWindow.Length(limit.Permits, limit.Window)}:{segment}")], CancellationToken.None);
            operation.Ended("given_back");
        }
        catch (StoreUnavailableException)
        {
            // The permit stays taken until its time is over: never more than the limit, though now less.
        }
    }

    private static TimeSpan Milliseconds(RedisResult value) => TimeSpan.FromMilliseconds((long)value);
}
