using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>Entries that are to start later than they came.</summary>
public sealed class DelayedEntryTests : IAsyncDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(700);

    private readonly WatchedTime _time = new();
    private readonly FakeRelay _relay = new();
    private readonly RelayHealth _health;
    private readonly Outbox _outbox;

    public DelayedEntryTests()
    {
        _health = new RelayHealth(true, _ => Task.FromResult<RelayFailure?>(null), _time, NullLogger<RelayHealth>.Instance);
        _outbox = new Outbox(
            new MailOptions { Concurrency = 1 }, [], MailSamples.Templates(), [new Resolver()], _relay.SendAsync, _health, _time, NullLogger<Outbox>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _outbox.StopAsync(now.Token);
        _outbox.Dispose();
        _health.Dispose();
    }

    [Fact]
    public async Task Enqueue_Delayed_LetsOthersPassAndStartsInItsTime()
    {
        await _outbox.StartAsync(default);
        Assert.True(await _outbox.EnqueueAsync(Entry("later@acme.io") with { Delay = Delay }));
        Assert.True(await _outbox.EnqueueAsync(Entry("now@acme.io")));

        var first = await _relay.NextAsync();
        Assert.Equal("now@acme.io", first.Message.To);
        first.Take();
        _time.Advance(Delay - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _relay.Attempts);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        var second = await _relay.NextAsync();
        Assert.Equal("later@acme.io", second.Message.To);
        second.Take();
    }

    [Fact]
    public async Task EnqueueAndWait_Delayed_StartsAtOnce()
    {
        await _outbox.StartAsync(default);
        var outcome = _outbox.EnqueueAndWaitAsync(Entry("a@acme.io") with { Delay = Delay }, TimeSpan.FromSeconds(5), default);
        (await _relay.NextAsync()).Take();

        Assert.Equal(DeliveryOutcome.Delivered, await outcome);
    }

    [Fact]
    public async Task Stop_Delayed_IsSentBeforeTheEnd()
    {
        await _outbox.StartAsync(default);
        Assert.True(await _outbox.EnqueueAsync(Entry("a@acme.io") with { Delay = Delay }));

        var stopping = _outbox.StopAsync(default);
        (await _relay.NextAsync()).Take();

        await stopping;
    }

    private OutboxEntry Entry(string to) => new("test", Encoding.UTF8.GetBytes(to), _time.GetUtcNow() + TimeSpan.FromMinutes(5), default);

    private sealed class Resolver : IOutboxResolver
    {
        public string Kind => "test";

        public ValueTask<Resolution> ResolveAsync(OutboxEntry entry, CancellationToken cancellationToken) =>
            ValueTask.FromResult<Resolution>(new Resolution.Send(MailSamples.Letter(Encoding.UTF8.GetString(entry.Payload.Span))));
    }
}
