using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Throttling;

namespace Sidecar.FunctionalTests.Redis;

/// <summary>Each test has a server of its own, because it breaks it.</summary>
public sealed class RedisOutageTests : IAsyncLifetime
{
    private static readonly TimeSpan ShippedTimeout = new RedisOptions().Timeout;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(3);

    private readonly RedisServer _server = new();
    private readonly FlowKey _flow = new(Purpose.Recovery, new AddressName(Ticket.NewId()), Ticket.NewId());

    public async ValueTask InitializeAsync()
    {
        RedisServer.Require();
        await _server.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Step_RedisKilled_FailsWithinASecondAndWorksAgainWithinThree()
    {
        var log = new Lines();
        await using var connection = await _server.ConnectAsync(ShippedTimeout, log);
        var store = new RedisOtpStore(connection, new SidecarClock());
        await store.AttemptAsync(_flow, default);

        await _server.KillAsync();
        for (var i = 0; i < 20; i++)
        {
            await AssertUnavailableWithinASecondAsync(store);
        }

        await WaitAsync(() => !connection.IsHealthy);
        Assert.NotEqual("ok", connection.Status);
        await Task.Delay(TimeSpan.FromSeconds(3));
        await AssertUnavailableWithinASecondAsync(store);

        await _server.StartAsync();
        await AssertBackAsync(store);
        Assert.Equal("ok", connection.Status);
        Assert.Equal([LogLevel.Information, LogLevel.Warning, LogLevel.Information], log.Levels);
    }

    [Fact]
    public async Task Step_RedisHung_FailsWithinASecondAndWorksAgainWithinThree()
    {
        await using var connection = await _server.ConnectAsync(ShippedTimeout);
        var store = new RedisOtpStore(connection, new SidecarClock());
        await store.AttemptAsync(_flow, default);

        _server.Pause();
        for (var i = 0; i < 5; i++)
        {
            await AssertUnavailableWithinASecondAsync(store);
        }

        await WaitAsync(() => !connection.IsHealthy);
        var started = Stopwatch.GetTimestamp();
        await AssertUnavailableWithinASecondAsync(store);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromMilliseconds(100), "a connection known to hang was asked");
        // Long enough for the client library to give the connection up as well.
        await Task.Delay(TimeSpan.FromSeconds(8));
        await AssertUnavailableWithinASecondAsync(store);

        _server.Resume();
        await AssertBackAsync(store);
    }

    [Fact]
    public async Task Start_RedisAbsent_ReturnsAtOnceAndConnectsOnceItIsThere()
    {
        await _server.KillAsync();
        var started = Stopwatch.GetTimestamp();
        await using var connection = RedisConnection.Start(_server.Options, NullLogger<RedisConnection>.Instance);
        Assert.True(Stopwatch.GetElapsedTime(started) < Second);
        var store = new RedisOtpStore(connection, new SidecarClock());
        await AssertUnavailableWithinASecondAsync(store);
        await Task.Delay(TimeSpan.FromSeconds(2));
        await AssertUnavailableWithinASecondAsync(store);

        await _server.StartAsync();
        await AssertBackAsync(store);
    }

    [Fact]
    public async Task Start_RedisHung_ReturnsAtOnceAndConnectsOnceItAnswers()
    {
        _server.Pause();
        await using var connection = RedisConnection.Start(_server.Options, NullLogger<RedisConnection>.Instance);
        var store = new RedisOtpStore(connection, new SidecarClock());
        await Task.Delay(TimeSpan.FromSeconds(3));
        await AssertUnavailableWithinASecondAsync(store);

        _server.Resume();
        await AssertBackAsync(store);
    }

    [Fact]
    public async Task ClientLimiter_RedisKilled_CountsByItself()
    {
        await using var connection = await _server.ConnectAsync(ShippedTimeout);
        var limit = new LimitOptions("client") { Permits = 3, Window = TimeSpan.FromHours(1) };
        using var own = new MemoryWindowLimiter(limit, TimeProvider.System);
        var limiter = new AxisLimiter(limit, new RedisWindowLimiter(limit, connection, new SidecarClock(), static name => name), own);
        await limiter.AcquireAsync("client", dry: false, default);
        Assert.Equal(0, own.PartitionCount);

        await _server.KillAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.True((await limiter.AcquireAsync("client", dry: false, default)).Allowed);
        }

        Assert.False((await limiter.AcquireAsync("client", dry: false, default)).Allowed);
    }

    [Fact]
    public async Task Step_RefusedByAFullServer_IsUnavailableAndSaidOnce()
    {
        var log = new Lines();
        await using var connection = await _server.ConnectAsync(ShippedTimeout, log);
        await _server.AdminAsync("CONFIG", "SET", "maxmemory", "1");
        var store = new RedisOtpStore(connection, new SidecarClock());

        await AssertUnavailableWithinASecondAsync(store);
        await AssertUnavailableWithinASecondAsync(store);

        Assert.Single(log.Levels, LogLevel.Error);
    }

    [Fact]
    public async Task Step_TooFewReplicas_IsUnavailableAtOnceAndSaysWhy()
    {
        await using var connection = await _server.ConnectAsync(ShippedTimeout);
        var store = new RedisOtpStore(connection, new SidecarClock());
        await _server.AdminAsync("CONFIG", "SET", "min-replicas-to-write", "1");

        await AssertUnavailableWithinASecondAsync(store);
        await WaitAsync(() => connection.Status.Contains("min-replicas-to-write", StringComparison.Ordinal));

        await _server.AdminAsync("CONFIG", "SET", "min-replicas-to-write", "0");
        await AssertBackAsync(store);
    }

    [Theory]
    [InlineData("volatile-lru", "1gb", true)]
    [InlineData("allkeys-lfu", "1gb", true)]
    [InlineData("allkeys-lfu", "0", false)]
    [InlineData("noeviction", "1gb", false)]
    public async Task Start_PolicyThrowsKeysAway_Warns(string policy, string bound, bool warns)
    {
        await _server.AdminAsync("CONFIG", "SET", "maxmemory-policy", policy);
        await _server.AdminAsync("CONFIG", "SET", "maxmemory", bound);
        var log = new Lines();

        await using (await _server.ConnectAsync(log: log))
        {
            await Task.Delay(300);
        }

        Assert.Equal(warns ? [LogLevel.Information, LogLevel.Warning] : [LogLevel.Information], log.Levels);
    }

    private async Task AssertUnavailableWithinASecondAsync(RedisOtpStore store)
    {
        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.SpendCaptchaAsync(_flow.Address, Ticket.NewId(), Second, default));
        Assert.True(Stopwatch.GetElapsedTime(started) < Second, "took more than a second");
    }

    private async Task AssertBackAsync(RedisOtpStore store)
    {
        await RedisServer.UntilAsync(
            async () =>
            {
                try
                {
                    await store.SpendCaptchaAsync(_flow.Address, Ticket.NewId(), Second, default);
                    return true;
                }
                catch (StoreUnavailableException)
                {
                    return false;
                }
            },
            Recovery,
            "not back within 3 s");
    }

    private static Task WaitAsync(Func<bool> condition) => RedisServer.UntilAsync(() => Task.FromResult(condition()), Second * 2, "no change");

    private sealed class Lines : ILogger<RedisConnection>
    {
        private readonly ConcurrentQueue<LogLevel> _levels = new();

        public IReadOnlyList<LogLevel> Levels => [.. _levels];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _levels.Enqueue(logLevel);
    }
}
