using System.Threading.RateLimiting;
using CsCheck;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Throttling;

namespace Sidecar.FunctionalTests.Redis;

public sealed class RedisWindowLimiterTests(RedisServer server) : IClassFixture<RedisServer>, IAsyncLifetime
{
    private static readonly LimitOptions Limit = new("client") { Permits = 10, Window = TimeSpan.FromMinutes(1) };

    private readonly SidecarClock _clock = new();
    private readonly string _client = Ticket.NewId();
    private readonly List<RedisConnection> _connections = [];

    public async ValueTask InitializeAsync()
    {
        RedisServer.Require();
        _connections.Add(await server.ConnectAsync());
        _connections.Add(await server.ConnectAsync());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task Acquire_ConcurrentOverReplicas_NeverMoreThanTheLimit()
    {
        var limiters = _connections.Select(connection => Limiter(connection)).ToArray();

        var leases = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => limiters[i % 2].AcquireAsync(_client).AsTask()));

        Assert.Equal(10, leases.Count(lease => lease.IsAcquired));
    }

    [Fact]
    public async Task Acquire_AfterRetryAfter_IsGranted()
    {
        using var limiter = Limiter(_connections[0]);
        using var all = await limiter.AcquireAsync(_client, 10);
        using var refused = await limiter.AcquireAsync(_client);
        Assert.True(all.IsAcquired);
        Assert.False(refused.IsAcquired);
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out var wait));
        Assert.InRange(wait, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(60));

        _clock.Advance(wait);

        using var granted = await limiter.AcquireAsync(_client, 10);
        Assert.True(granted.IsAcquired);
        Assert.True(granted.TryGetMetadata(WindowLease.Remaining, out var remaining));
        Assert.Equal(0, remaining);
    }

    [Fact]
    public Task Acquire_AnyTimes_NoStretchOfTheWindowsLengthSeesMoreThanTheLimit() =>
        Gen.Int[0, 30_000].Array[1, 40].SampleAsync(
            async steps =>
            {
                using var limiter = Limiter(_connections[0], Limit with { Permits = 3 });
                var client = Ticket.NewId();
                var taken = new List<(DateTimeOffset Before, DateTimeOffset After)>();
                foreach (var step in steps)
                {
                    _clock.Advance(TimeSpan.FromMilliseconds(step));
                    var before = _clock.GetUtcNow();
                    using var lease = await limiter.AcquireAsync(client);
                    if (lease.IsAcquired)
                    {
                        taken.Add((before, _clock.GetUtcNow()));
                        Assert.True(taken.Count <= 3 || taken[^1].After - taken[^4].Before >= Limit.Window);
                    }
                    else
                    {
                        Assert.True(before - taken[^3].After < Limit.Window);
                    }
                }
            },
            iter: 20,
            threads: 1);

    [Fact]
    public async Task GiveBack_TakenPermit_IsThereAgainAndNobodyElses()
    {
        using var limiter = Limiter(_connections[0], Limit with { Permits = 1 });
        var lease = (WindowLease)await limiter.AcquireAsync(_client);
        await lease.GiveBackAsync();
        _clock.Advance(TimeSpan.FromSeconds(1));
        using var again = await limiter.AcquireAsync(_client);
        Assert.True(again.IsAcquired);

        await lease.GiveBackAsync();
        await lease.GiveBackAsync();

        using var refused = await limiter.AcquireAsync(_client);
        Assert.False(refused.IsAcquired);
    }

    [Fact]
    public async Task Acquire_WindowChangedInTheSettings_StillCountsWhatWasTaken()
    {
        using var older = Limiter(_connections[0]);
        using var newer = Limiter(_connections[0], Limit with { Window = TimeSpan.FromHours(1) });
        using var all = await older.AcquireAsync(_client, 10);

        using var refused = await newer.AcquireAsync(_client);

        Assert.False(refused.IsAcquired);
        Assert.True(refused.TryGetMetadata(MetadataName.RetryAfter, out var wait));
        Assert.InRange(wait, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Acquire_ManyPermits_AreCountedInSegments()
    {
        using var limiter = Limiter(_connections[0], Limit with { Permits = 101 });
        for (var i = 0; i < 60; i++)
        {
            using var lease = await limiter.AcquireAsync(_client);
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        var fields = await _connections[0].RunAsync(database => database.HashLengthAsync($"sidecar:{{limit:client:hash of {_client}}}"));

        Assert.InRange(fields, 3, 12);
    }

    [Fact]
    public void AttemptAcquire_Synchronous_IsRefusedWithoutMetadata()
    {
        using var limiter = Limiter(_connections[0]);
        using var lease = limiter.AttemptAcquire(_client);

        Assert.False(lease.IsAcquired);
        Assert.Empty(lease.MetadataNames);
    }

    [Fact]
    public async Task Acquire_Key_HidesTheClientAndEnds()
    {
        using var limiter = Limiter(_connections[0]);
        (await limiter.AcquireAsync(_client)).Dispose();

        var key = $"sidecar:{{limit:client:hash of {_client}}}";
        var end = await _connections[0].RunAsync(database => database.KeyTimeToLiveAsync(key));

        Assert.InRange(end!.Value, TimeSpan.FromSeconds(50), TimeSpan.FromSeconds(70));
    }

    private RedisWindowLimiter Limiter(RedisConnection connection, LimitOptions? limit = null) =>
        new(limit ?? Limit, connection, _clock, static client => $"hash of {client}");
}
