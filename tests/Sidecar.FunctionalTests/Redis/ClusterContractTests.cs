using Sidecar.Doctor;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Tests.Mail;
using Sidecar.Tests.Otp;
using Sidecar.Throttling;

namespace Sidecar.FunctionalTests.Redis;

/// <summary>One Cluster for all that only has to work on one.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterSuites : ICollectionFixture<RedisCluster>
{
    public const string Name = "Redis Cluster";
}

/// <summary>Every step of every flow, on a Cluster, which refuses scripts whose keys are in different slots or not all declared.</summary>
[Collection(ClusterSuites.Name)]
public sealed class ClusterOtpStoreTests(RedisCluster cluster) : OtpStoreContract, IAsyncLifetime
{
    private readonly SidecarClock _clock = new();
    private RedisConnection _connection = null!;

    private protected override IOtpStore Store => new RedisOtpStore(_connection, _clock);

    protected override TimeSpan Slack => TimeSpan.FromSeconds(10);

    public async ValueTask InitializeAsync() => _connection = await cluster.ConnectAsync(cluster.Options with { Timeout = TimeSpan.FromSeconds(5) });

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    protected override void Advance(TimeSpan by) => _clock.Advance(by);

    [Fact]
    public async Task Check_OverTheCluster_FindsItsNodesAndRights()
    {
        await using var look = new RedisLook(cluster.Options with { Timeout = TimeSpan.FromSeconds(5) }, "redis");

        Assert.Equal("3 nodes take connections", (await look.DialAsync(default)).Detail);
        Assert.Equal(CheckStatus.Ok, (await look.LogInAsync(default)).Status);
        Assert.Equal(CheckStatus.Ok, (await look.TryRightsAsync(RedisRights.State)).Status);
    }

    [Fact]
    public async Task Limits_OfManyClients_AreCountedOnAllNodes()
    {
        var limit = new LimitOptions("client") { Permits = 3, Window = TimeSpan.FromMinutes(1) };
        using var limiter = new RedisWindowLimiter(limit, _connection, _clock, static client => client);
        foreach (var client in Enumerable.Range(0, 30).Select(static _ => Ticket.NewId()))
        {
            var leases = new List<WindowLease>();
            for (var i = 0; i < 4; i++)
            {
                leases.Add((WindowLease)await limiter.AcquireAsync(client));
            }

            Assert.Equal([true, true, true, false], leases.Select(static lease => lease.IsAcquired));
            await leases[0].GiveBackAsync();
            Assert.True((await limiter.AcquireAsync(client)).IsAcquired);
        }
    }
}

[Collection(ClusterSuites.Name)]
public sealed class ClusterAddressLimitsTests(RedisCluster cluster) : AddressLimitsContract, IAsyncLifetime
{
    private readonly SidecarClock _clock = new();
    private RedisConnection _connection = null!;

    private protected override IOtpStore Store => new RedisOtpStore(_connection, _clock);

    protected override TimeSpan Slack => TimeSpan.FromSeconds(10);

    public async ValueTask InitializeAsync() => _connection = await cluster.ConnectAsync(cluster.Options with { Timeout = TimeSpan.FromSeconds(5) });

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    protected override void Advance(TimeSpan by) => _clock.Advance(by);
}

/// <summary>The outbox, whose keys share one slot.</summary>
[Collection(ClusterSuites.Name)]
public sealed class ClusterOutboxTests(RedisCluster cluster) : OutboxContract, IAsyncLifetime
{
    private readonly SidecarClock _clock = new();
    private RedisReplica? _replica;

    private protected override TimeProvider Time => _clock;

    public async ValueTask InitializeAsync()
    {
        foreach (var master in cluster.Nodes.Take(3))
        {
            await master.FlushAsync();
        }
    }

    public ValueTask DisposeAsync() => _replica?.DisposeAsync() ?? ValueTask.CompletedTask;

    private protected override async Task<Outbox> StartAsync(MailOptions? options = null)
    {
        var connection = await cluster.ConnectAsync(cluster.Options with { Timeout = TimeSpan.FromSeconds(1) });
        _replica = await RedisReplica.StartAsync(connection, KeyRing.Generate(), Relay, Mails, options, _clock);
        return _replica.Outbox;
    }

    protected override Task AdvanceAsync(TimeSpan by)
    {
        _clock.Advance(by);
        return Task.CompletedTask;
    }

    /// <summary>The only slot has put away what it had, and the queue has been looked at since.</summary>
    protected override async Task SettledAsync()
    {
        await PassAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(700));
        await PassAsync();
    }

    private async Task PassAsync() => Assert.Equal(DeliveryOutcome.Permanent, await _replica!.Outbox.EnqueueAndWaitAsync(
        new OutboxEntry("nobody's", default, _clock.GetUtcNow() + TimeSpan.FromHours(1), default), TimeSpan.FromMinutes(1), default));
}
