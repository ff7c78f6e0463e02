using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Tests.Mail;

namespace Sidecar.FunctionalTests.Redis;

public sealed class RedisOutboxContractTests(RedisServer server) : OutboxContract, IClassFixture<RedisServer>, IAsyncLifetime
{
    private readonly SidecarClock _clock = new();
    private RedisReplica? _replica;

    private protected override TimeProvider Time => _clock;

    public async ValueTask InitializeAsync()
    {
        RedisServer.Require();
        await server.FlushAsync();
    }

    public ValueTask DisposeAsync() => _replica?.DisposeAsync() ?? ValueTask.CompletedTask;

    private protected override async Task<Outbox> StartAsync(MailOptions? options = null)
    {
        _replica = await RedisReplica.StartAsync(server, KeyRing.Generate(), Relay, Mails, options, _clock);
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
