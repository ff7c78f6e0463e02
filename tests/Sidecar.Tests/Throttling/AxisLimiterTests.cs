using System.Threading.RateLimiting;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Hosting;
using Sidecar.Throttling;

namespace Sidecar.Tests.Throttling;

public sealed class AxisLimiterTests
{
    private static readonly LimitOptions Limit = new("client") { Permits = 2, Window = TimeSpan.FromMinutes(1) };

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_750_000_000));

    [Fact]
    public async Task Acquire_BeyondTheLimit_IsRefusedWithFields()
    {
        var limiter = new AxisLimiter(Limit, null, new MemoryWindowLimiter(Limit, _time));
        await AcquireAsync(limiter);
        var last = await AcquireAsync(limiter);

        var refused = await AcquireAsync(limiter);

        Assert.Equal((true, 2, 0, TimeSpan.Zero), (last.Allowed, last.Limit, last.Remaining, last.RetryAfter));
        Assert.False(refused.Allowed);
        Assert.True(refused.RetryAfter > TimeSpan.Zero);
        Assert.Equal(refused.RetryAfter, refused.Reset);
    }

    [Theory]
    [InlineData(LimitMode.DryRun, false)]
    [InlineData(LimitMode.On, true)]
    internal async Task Acquire_Dry_RefusesNothing(LimitMode mode, bool dry)
    {
        var limit = Limit with { Mode = mode };
        var limiter = new AxisLimiter(limit, null, new MemoryWindowLimiter(limit, _time));
        for (var i = 0; i < 5; i++)
        {
            Assert.True((await limiter.AcquireAsync("192.0.2.1", dry, default)).Allowed);
        }
    }

    [Fact]
    public async Task Acquire_Off_HasNothingToTell()
    {
        var limit = Limit with { Mode = LimitMode.Off };
        var decision = await AcquireAsync(new AxisLimiter(limit, null, new MemoryWindowLimiter(limit, _time)));

        Assert.True(decision.Allowed);
        Assert.False(RateLimitFields.Tells(decision));
    }

    [Fact]
    public async Task Acquire_SharedCountUnavailable_FallsBackToTheOwn()
    {
        var limiter = new AxisLimiter(Limit, new BrokenLimiter(), new MemoryWindowLimiter(Limit, _time));
        await AcquireAsync(limiter);
        await AcquireAsync(limiter);

        Assert.False((await AcquireAsync(limiter)).Allowed);
    }

    [Fact]
    public void Fields_Decision_AreStructured()
    {
        var decision = new LimitDecision("client", true, 60, TimeSpan.FromMinutes(1), 50, TimeSpan.FromSeconds(29.2), TimeSpan.Zero);

        Assert.Equal("\"client\";q=60;w=60", RateLimitFields.Policy(decision));
        Assert.Equal("\"client\";r=50;t=30", RateLimitFields.Value(decision));
    }

    [Theory]
    [InlineData(0, "1")]
    [InlineData(1, "1")]
    [InlineData(1000, "1")]
    [InlineData(1001, "2")]
    [InlineData(59_001, "60")]
    public void RetryAfter_Wait_IsRoundedUp(int milliseconds, string expected) =>
        Assert.Equal(expected, RateLimitFields.RetryAfter(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Catalog_Settings_OverrideDefaults()
    {
        var root = TestSettings.Of(("limits.client.permits", "7"), ("limits.client.mode", "dry_run"));

        var catalog = LimitCatalog.Read(root.Section(LimitCatalog.Section));

        Assert.Empty(root.Faults);
        Assert.Equal(new LimitOptions("client") { Permits = 7, Window = TimeSpan.FromMinutes(1), Mode = LimitMode.DryRun }, catalog.Client);
    }

    private static ValueTask<LimitDecision> AcquireAsync(AxisLimiter limiter) => limiter.AcquireAsync("192.0.2.1", dry: false, default);

    private sealed class BrokenLimiter : PartitionedRateLimiter<string>
    {
        public override RateLimiterStatistics? GetStatistics(string resource) => null;

        protected override RateLimitLease AttemptAcquireCore(string resource, int permitCount) => throw new StoreUnavailableException("down");

        protected override ValueTask<RateLimitLease> AcquireAsyncCore(string resource, int permitCount, CancellationToken cancellationToken) =>
            throw new StoreUnavailableException("down");
    }
}
