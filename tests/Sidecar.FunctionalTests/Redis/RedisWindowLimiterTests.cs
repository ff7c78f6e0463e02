using System.Threading.RateLimiting;
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
        Assert.InRange(wait, TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(1));

        _clock.Advance(wait);

        using var granted = await limiter.AcquireAsync(_client, 10);
        Assert.True(granted.IsAcquired);
        Assert.True(granted.TryGetMetadata(WindowLease.Remaining, out var remaining));
        Assert.Equal(0, remaining);
    }

    [Fact]
    public async Task Acquire_WindowChangedInTheSettings_StartsAnew()
    {
        using var older = Limiter(_connections[0]);
        using var newer = Limiter(_connections[0], Limit with { Window = TimeSpan.FromHours(1) });
        using var all = await older.AcquireAsync(_client, 10);

        using var granted = await newer.AcquireAsync(_client, 10);
        using var refused = await newer.AcquireAsync(_client);

        Assert.True(granted.IsAcquired);
        Assert.False(refused.IsAcquired);
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
