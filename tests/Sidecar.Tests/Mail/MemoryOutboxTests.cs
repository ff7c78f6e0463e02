using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

public sealed class MemoryOutboxTests : OutboxContract, IAsyncDisposable
{
    private readonly WatchedTime _time = new();
    private readonly RelayHealth _health;
    private Outbox? _outbox;

    public MemoryOutboxTests() => _health = new RelayHealth(true, static _ => Task.FromResult<RelayFailure?>(null), _time, NullLogger<RelayHealth>.Instance);

    private protected override TimeProvider Time => _time;

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await (_outbox?.StopAsync(now.Token) ?? Task.CompletedTask);
        _outbox?.Dispose();
        _health.Dispose();
    }

    private protected override async Task<Outbox> StartAsync(MailOptions? options = null)
    {
        _outbox = new Outbox(options ?? new MailOptions { Concurrency = 1 }, [], MailSamples.Templates(), [Mails], Relay.SendAsync, _health, _time, NullLogger<Outbox>.Instance);
        await _outbox.StartAsync(default);
        return _outbox;
    }

    protected override Task AdvanceAsync(TimeSpan by)
    {
        _time.Advance(by);
        return Task.CompletedTask;
    }

    /// <summary>The only slot has put away what it had: an entry behind that has then been through.</summary>
    protected override async Task SettledAsync() => Assert.Equal(DeliveryOutcome.Permanent, await _outbox!.EnqueueAndWaitAsync(
        new OutboxEntry("nobody's", default, _time.GetUtcNow() + TimeSpan.FromHours(1), default), TimeSpan.FromHours(1), default));
}
