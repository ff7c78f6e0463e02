using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Tests.Mail;

namespace Sidecar.FunctionalTests.Redis;

/// <summary>One replica's outbox over a real Redis, with a clock, a connection and a relay's health of its own.</summary>
internal sealed class RedisReplica : IAsyncDisposable
{
    /// <summary>Shorter than the product's, so that tests need not wait long; long enough for a loaded machine.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(3);

    private RedisReplica(RedisConnection connection, TimeProvider time, Outbox outbox, RelayHealth health) =>
        (Connection, Time, Outbox, Health) = (connection, time, outbox, health);

    public RedisConnection Connection { get; }

    public TimeProvider Time { get; }

    public Outbox Outbox { get; }

    public RelayHealth Health { get; }

    /// <param name="server">The Redis.</param>
    /// <param name="keys">The ring that seals.</param>
    /// <param name="relay">Where its mails go.</param>
    /// <param name="resolver">What its entries mean.</param>
    /// <param name="options">What is not as usual; one slot otherwise.</param>
    /// <param name="clock">The Development clock.</param>
    /// <param name="time">The machine's clock, where it is another one.</param>
    /// <param name="log">Hears of unreadable entries.</param>
    public static async Task<RedisReplica> StartAsync(
        RedisServer server, KeyRing keys, FakeRelay relay, IOutboxResolver resolver, MailOptions? options = null, SidecarClock? clock = null, TimeProvider? time = null, ILogger<RedisMailQueue>? log = null) =>
        await StartAsync(await server.ConnectAsync(TimeSpan.FromSeconds(1)), keys, relay, resolver, options, clock, time, log);

    /// <summary>Over a connection that becomes its own.</summary>
    /// <inheritdoc cref="StartAsync(RedisServer, KeyRing, FakeRelay, IOutboxResolver, MailOptions?, SidecarClock?, TimeProvider?, ILogger{RedisMailQueue}?)"/>
    public static async Task<RedisReplica> StartAsync(
        RedisConnection connection, KeyRing keys, FakeRelay relay, IOutboxResolver resolver, MailOptions? options = null, SidecarClock? clock = null, TimeProvider? time = null, ILogger<RedisMailQueue>? log = null)
    {
        options = (options ?? new MailOptions { Concurrency = 1 }) with { Lease = Lease, BlockReservedDomains = false };
        clock ??= new SidecarClock();
        time ??= clock;
        var health = new RelayHealth(true, static _ => Task.FromResult<RelayFailure?>(null), time, NullLogger<RelayHealth>.Instance);
        var queue = new RedisMailQueue(
            options, new OutboxScripts(connection, clock, time, Lease), SidecarServices.OutboxSeal(new Sealer(keys)), time, log ?? NullLogger<RedisMailQueue>.Instance, kind => kind == resolver.Kind);
        var outbox = new Outbox(
            options, [], MailSamples.Templates(), [resolver], relay.SendAsync, health, time, NullLogger<Outbox>.Instance, budget: null, queue);
        await outbox.StartAsync(default);
        return new(connection, time, outbox, health);
    }

    /// <summary>Like a process that is killed: what it holds stays held, and nobody hears of it again.</summary>
    public ValueTask VanishAsync() => Connection.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await Outbox.StopAsync(now.Token);
        Outbox.Dispose();
        Health.Dispose();
        await Connection.DisposeAsync();
    }
}
