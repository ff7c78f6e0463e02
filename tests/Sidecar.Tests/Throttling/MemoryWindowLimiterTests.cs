using System.Threading.RateLimiting;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Hosting;
using Sidecar.Throttling;

namespace Sidecar.Tests.Throttling;

public sealed class MemoryWindowLimiterTests
{
    private static readonly LimitOptions Limit = new("client") { Permits = 3, Window = TimeSpan.FromMinutes(1) };

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_750_000_000));

    [Fact]
    public void AttemptAcquire_BeyondTheLimit_SaysWhenToComeBack()
    {
        using var limiter = new MemoryWindowLimiter(Limit, _time);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(limiter.AttemptAcquire("a").IsAcquired);
        }

        using var refused = limiter.AttemptAcquire("a");

        Assert.False(refused.IsAcquired);
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out var wait));
        Assert.Equal(TimeSpan.FromMinutes(1), wait);
        _time.Advance(wait - TimeSpan.FromMilliseconds(1));
        Assert.False(limiter.AttemptAcquire("a").IsAcquired);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(limiter.AttemptAcquire("a").IsAcquired);
    }

    [Fact]
    public void Retune_OtherNumber_KeepsWhatWasCounted()
    {
        using var limiter = new MemoryWindowLimiter(Limit, _time);
        Assert.True(limiter.AttemptAcquire("a").IsAcquired);
        Assert.True(limiter.AttemptAcquire("a").IsAcquired);

        limiter.Retune(Limit with { Permits = 2 });
        Assert.False(limiter.AttemptAcquire("a").IsAcquired);

        limiter.Retune(Limit with { Permits = 4 });
        Assert.True(limiter.AttemptAcquire("a").IsAcquired);
        Assert.True(limiter.AttemptAcquire("a").IsAcquired);
        Assert.False(limiter.AttemptAcquire("a").IsAcquired);
    }

    [Theory]
    [InlineData(3, 30)]
    [InlineData(300, 60)]
    public void Retune_CountedOtherwise_BeginsAnew(int permits, int seconds)
    {
        using var limiter = new MemoryWindowLimiter(Limit, _time);
        Assert.True(limiter.AttemptAcquire("a", 3).IsAcquired);

        limiter.Retune(Limit with { Permits = permits, Window = TimeSpan.FromSeconds(seconds) });

        Assert.True(limiter.AttemptAcquire("a", permits).IsAcquired);
        Assert.False(limiter.AttemptAcquire("a").IsAcquired);
    }

    [Fact]
    public void AttemptAcquire_Lease_TellsLimitWindowAndWhatIsLeft()
    {
        using var limiter = new MemoryWindowLimiter(Limit, _time);

        using var lease = limiter.AttemptAcquire("a");

        Assert.True(lease.TryGetMetadata(WindowLease.Limit, out var limit));
        Assert.True(lease.TryGetMetadata(WindowLease.Remaining, out var remaining));
        Assert.True(lease.TryGetMetadata(WindowLease.Window, out var window));
        Assert.True(lease.TryGetMetadata(WindowLease.Reset, out _));
        Assert.False(lease.TryGetMetadata(MetadataName.RetryAfter, out _));
        Assert.Equal((3, 2, TimeSpan.FromMinutes(1)), (limit, remaining, window));
    }

    [Fact]
    public void AttemptAcquire_OtherPartition_IsNotCharged()
    {
        using var limiter = new MemoryWindowLimiter(Limit, _time);
        using var all = limiter.AttemptAcquire("a", 3);

        Assert.True(all.IsAcquired);
        Assert.False(limiter.AttemptAcquire("a").IsAcquired);
        Assert.True(limiter.AttemptAcquire("b").IsAcquired);
    }

    [Fact]
    public void AttemptAcquire_AnyTimes_NeverMoreThanTheLimitInAnyWindowAndAllBackAfterIt() =>
        Gen.Int[0, 20_000].Array[1, 80].Sample(steps =>
        {
            var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_750_000_000));
            using var limiter = new MemoryWindowLimiter(Limit, time);
            var taken = new List<DateTimeOffset>();
            foreach (var step in steps)
            {
                time.Advance(TimeSpan.FromMilliseconds(step));
                var now = time.GetUtcNow();
                using var lease = limiter.AttemptAcquire("a");
                Assert.Equal(taken.Count(at => now - at < Limit.Window) < Limit.Permits, lease.IsAcquired);
                if (lease.IsAcquired)
                {
                    taken.Add(now);
                }
                else
                {
                    lease.TryGetMetadata(MetadataName.RetryAfter, out var wait);
                    time.Advance(wait);
                    using var again = limiter.AttemptAcquire("a");
                    Assert.True(again.IsAcquired);
                    taken.Add(time.GetUtcNow());
                }
            }
        });

    [Fact]
    public void AttemptAcquire_ClockSetBack_DoesNotOpenTheWindow()
    {
        var time = new SteppingClock { Now = DateTimeOffset.FromUnixTimeSeconds(1_750_000_000) };
        using var limiter = new MemoryWindowLimiter(Limit, time);
        using var all = limiter.AttemptAcquire("a", 3);

        time.Now -= TimeSpan.FromHours(1);

        Assert.False(limiter.AttemptAcquire("a").IsAcquired);
    }

    [Fact]
    public void Partitions_Idle_AreEvicted()
    {
        using var limiter = new MemoryWindowLimiter(Limit, _time);
        for (var i = 0; i < 100; i++)
        {
            limiter.AttemptAcquire($"client {i}").Dispose();
        }

        _time.Advance(TimeSpan.FromMinutes(2));
        limiter.AttemptAcquire("another").Dispose();

        Assert.Equal(1, limiter.PartitionCount);
    }

    [Fact]
    public void Partitions_Flood_StayWithinTheBoundAndKeepTheLastTouched()
    {
        using var limiter = new MemoryWindowLimiter(Limit, _time, maxPartitions: 10);
        for (var i = 0; i < 1000; i++)
        {
            limiter.AttemptAcquire($"client {i}", 3).Dispose();
        }

        Assert.Equal(10, limiter.PartitionCount);
        Assert.False(limiter.AttemptAcquire("client 999").IsAcquired);
    }

    private sealed class SteppingClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
