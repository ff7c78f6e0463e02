using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Hosting;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

public sealed partial class OutboxTests : IAsyncDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly WatchedTime _time = new();
    private readonly FakeRelay _relay = new();
    private readonly RelayHealth _health;
    private readonly List<Outbox> _outboxes = [];

    public OutboxTests() => _health = new RelayHealth(true, _ => Task.FromResult<RelayFailure?>(null), _time, NullLogger<RelayHealth>.Instance);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        foreach (var outbox in _outboxes)
        {
            await outbox.StopAsync(now.Token);
            outbox.Dispose();
        }

        _health.Dispose();
    }

    [Fact]
    public async Task EnqueueAndWait_RelayTakesIt_Delivered()
    {
        var outbox = await StartAsync();

        var outcome = outbox.EnqueueAndWaitAsync(Entry("alice@acme.io"), Patience, default);
        var attempt = await _relay.NextAsync();
        attempt.Take();

        Assert.Equal(DeliveryOutcome.Delivered, await outcome);
        Assert.Equal("alice@acme.io", attempt.Message.To);
        Assert.Contains("QWMZKTRB", attempt.Message.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enqueue_QueueFull_SaysSoUntilOneIsDone()
    {
        var outbox = await StartAsync(new MailOptions { QueueCapacity = 2, Concurrency = 1 });

        Assert.True(await outbox.EnqueueAsync(Entry("a@acme.io")));
        var second = outbox.EnqueueAndWaitAsync(Entry("b@acme.io"), Patience, default);
        Assert.False(await outbox.EnqueueAsync(Entry("c@acme.io")));
        Assert.Equal(DeliveryOutcome.QueueFull, await outbox.EnqueueAndWaitAsync(Entry("c@acme.io"), Patience, default));

        (await _relay.NextAsync()).Take();
        (await _relay.NextAsync()).Take();
        await second;
        Assert.True(await outbox.EnqueueAsync(Entry("c@acme.io")));
    }

    [Fact]
    public async Task EnqueueAndWait_PatienceEnds_StillQueuedAndDeliveredLater()
    {
        var outbox = await StartAsync();

        var outcome = outbox.EnqueueAndWaitAsync(Entry("a@acme.io"), TimeSpan.FromSeconds(5), default);
        var attempt = await _relay.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(DeliveryOutcome.StillQueued, await outcome);
        Assert.False(attempt.Answer.Task.IsCompleted);
        attempt.Take();
    }

    [Fact]
    public async Task Stop_QueueEmptiesInTime_LosesNothing()
    {
        var outbox = await StartAsync(new MailOptions { Concurrency = 1 });
        var first = outbox.EnqueueAndWaitAsync(Entry("a@acme.io"), Patience, default);
        var second = outbox.EnqueueAndWaitAsync(Entry("b@acme.io"), Patience, default);

        var stop = outbox.StopAsync(default);
        Assert.False(await outbox.EnqueueAsync(Entry("c@acme.io")));
        (await _relay.NextAsync()).Take();
        (await _relay.NextAsync()).Take();
        await stop;

        Assert.Equal((DeliveryOutcome.Delivered, DeliveryOutcome.Delivered), (await first, await second));
    }

    [Fact]
    public async Task Stop_RetryWaits_GetsOneLastTryAtOnce()
    {
        var outbox = await StartAsync(new MailOptions { Concurrency = 1 });
        Assert.True(await outbox.EnqueueAsync(Entry("a@acme.io")));
        (await _relay.NextAsync()).Fail(RelayTrouble.Busy);
        await WaitingAsync(outbox);

        var stop = outbox.StopAsync(default);
        (await _relay.NextAsync()).Fail(RelayTrouble.Busy);

        await stop;
    }

    [Fact]
    public async Task Stop_RelayHangs_EndsAtTheBound()
    {
        var outbox = await StartAsync(new MailOptions { DrainTimeout = TimeSpan.FromSeconds(5) });
        var waiting = outbox.EnqueueAndWaitAsync(Entry("a@acme.io"), Patience, default);
        await _relay.NextAsync();

        var stop = outbox.StopAsync(default);
        Assert.False(stop.IsCompleted);
        await _time.WaitBegunAsync(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5));

        await stop;
        Assert.Equal(DeliveryOutcome.Transient, await waiting);
    }

    [Fact]
    public async Task Metrics_Delivery_CountsAndMeasuresTheQueue()
    {
        using var measured = new Measured();
        var outbox = await StartAsync();
        var sent = outbox.EnqueueAndWaitAsync(Entry("a@acme.io"), Patience, default);
        var attempt = await _relay.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(3));

        var (length, age) = measured.Queue();
        Assert.True(length >= 1);
        Assert.True(age >= 3);
        attempt.Take();
        await sent;
        Assert.Equal(("default", "delivered"), await measured.NextAsync("delivered"));
    }

    [Fact]
    public async Task Span_Delivery_LinksToItsRequest()
    {
        var request = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        var ended = new TaskCompletionSource<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == SidecarTelemetry.Name,
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.Links.Any(link => link.Context.TraceId == request.TraceId))
                {
                    ended.TrySetResult(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        var outbox = await StartAsync();

        await outbox.EnqueueAsync(Entry("a@acme.io") with { Parent = request });
        (await _relay.NextAsync()).Take();

        var span = await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal("mail deliver", span.OperationName);
        Assert.NotEqual(request.TraceId, span.TraceId);
    }

    private OutboxEntry Entry(string to, TimeSpan? lifetime = null) =>
        new("test", Encoding.UTF8.GetBytes(to), _time.GetUtcNow() + (lifetime ?? Lifetime), default);

    private async Task<Outbox> StartAsync(MailOptions? options = null)
    {
        var outbox = new Outbox(
            options ?? new MailOptions(), [], MailSamples.Templates(), [new Resolver()], _relay.SendAsync, _health, _time, NullLogger<Outbox>.Instance);
        _outboxes.Add(outbox);
        await outbox.StartAsync(default);
        return outbox;
    }

    /// <summary>Waits until the only slot has put away what it had: an entry behind that has then been through.</summary>
    private async Task WaitingAsync(Outbox outbox) =>
        Assert.Equal(DeliveryOutcome.Expired, await outbox.EnqueueAndWaitAsync(Entry("", lifetime: TimeSpan.Zero), Patience, default));

    /// <summary>Payload is the address; empty and `throw` stand for the other outcomes.</summary>
    private sealed class Resolver : IOutboxResolver
    {
        public string Kind => "test";

        public ValueTask<Resolution> ResolveAsync(OutboxEntry entry, CancellationToken cancellationToken) =>
            ValueTask.FromResult<Resolution>(Encoding.UTF8.GetString(entry.Payload.Span) switch
            {
                "" => new Resolution.NoAccount(),
                "throw" => throw new InvalidOperationException("later"),
                var to => new Resolution.Send(MailSamples.Letter(to)),
            });
    }
}
