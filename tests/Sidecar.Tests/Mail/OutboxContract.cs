using System.Collections.Concurrent;
using System.Text;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>What every outbox must do, wherever its entries wait. Run over memory here and over Redis in the functional tests.</summary>
public abstract class OutboxContract
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private protected FakeRelay Relay { get; } = new();

    private protected EndedMails Mails { get; } = new();

    private protected abstract TimeProvider Time { get; }

    /// <summary>One process's outbox over the queue of the test; with a single slot where nothing else is said, so that mails pass in their order.</summary>
    private protected abstract Task<Outbox> StartAsync(MailOptions? options = null);

    /// <summary>Moves the clock, once whoever waits for it waits.</summary>
    protected abstract Task AdvanceAsync(TimeSpan by);

    /// <summary>Waits until whatever is due would have been offered to the relay.</summary>
    protected abstract Task SettledAsync();

    [Fact]
    public async Task Enqueue_RelayTakesIt_EndsOnceAsDelivered()
    {
        var outbox = await StartAsync();

        Assert.True(await outbox.EnqueueAsync(Entry("a@acme.io")));
        var attempt = await Relay.NextAsync();
        Assert.Equal("a@acme.io", attempt.Message.To);
        attempt.Take();

        Assert.Equal(["a@acme.io Delivered"], await Mails.EndedAsync(1));
        await SettledAsync();
        Assert.Equal((0, 1), (Relay.Attempts, Mails.Count));
    }

    [Fact]
    public async Task Enqueue_QueueFull_SaysSoUntilOneIsDone()
    {
        var outbox = await StartAsync(new MailOptions { QueueCapacity = 2, Concurrency = 1 });

        Assert.True(await outbox.EnqueueAsync(Entry("a@acme.io")));
        Assert.True(await outbox.EnqueueAsync(Entry("b@acme.io")));
        Assert.False(await outbox.EnqueueAsync(Entry("c@acme.io")));
        Assert.Equal(DeliveryOutcome.QueueFull, await outbox.EnqueueAndWaitAsync(Entry("c@acme.io"), Patience, default));

        (await Relay.NextAsync()).Take();
        await Mails.EndedAsync(1);
        Assert.True(await outbox.EnqueueAsync(Entry("c@acme.io")));
    }

    [Fact]
    public async Task Enqueue_NewerOfTheSameName_TakesThePlaceOfTheOlder()
    {
        var outbox = await StartAsync(new MailOptions { QueueCapacity = 2 });
        var delay = TimeSpan.FromSeconds(30);
        Assert.True(await outbox.EnqueueAsync(Entry("old@acme.io") with { Supersedes = "flow", Delay = delay }));
        Assert.True(await outbox.EnqueueAsync(Entry("other@acme.io") with { Supersedes = "another", Delay = delay }));

        // The queue is full but for the one that makes way.
        Assert.True(await outbox.EnqueueAsync(Entry("new@acme.io") with { Supersedes = "flow", Delay = delay }));
        Assert.Equal(["old@acme.io Superseded"], await Mails.EndedAsync(1));
        await AdvanceAsync(delay);

        var first = await Relay.NextAsync();
        first.Take();
        var second = await Relay.NextAsync();
        Assert.Equal(["new@acme.io", "other@acme.io"], new[] { first.Message.To, second.Message.To }.Order());
    }

    [Fact]
    public async Task Enqueue_OlderIsBeingSent_GoesOnButIsNotTriedAgain()
    {
        var outbox = await StartAsync(new MailOptions { Concurrency = 2 });
        Assert.True(await outbox.EnqueueAsync(Entry("old@acme.io") with { Supersedes = "flow" }));
        var old = await Relay.NextAsync();

        Assert.True(await outbox.EnqueueAsync(Entry("new@acme.io") with { Supersedes = "flow" }));
        (await Relay.NextAsync()).Take();
        Assert.Equal(["new@acme.io Delivered"], await Mails.EndedAsync(1));
        old.Fail(RelayTrouble.Busy);

        Assert.Equal(["new@acme.io Delivered", "old@acme.io Superseded"], await Mails.EndedAsync(2));
    }

    [Fact]
    public async Task Delivery_FailsWhileANewerWaits_IsSuperseded()
    {
        var outbox = await StartAsync();
        Assert.True(await outbox.EnqueueAsync(Entry("old@acme.io") with { Supersedes = "flow" }));
        var old = await Relay.NextAsync();
        Assert.True(await outbox.EnqueueAsync(Entry("new@acme.io") with { Supersedes = "flow", Delay = TimeSpan.FromSeconds(30) }));

        old.Fail(RelayTrouble.Busy);

        Assert.Equal(["old@acme.io Superseded"], await Mails.EndedAsync(1));
    }

    [Fact]
    public async Task Delivery_Transient_IsTriedAgainUnderTheSameId()
    {
        var outbox = await StartAsync();
        Assert.True(await outbox.EnqueueAsync(Entry("a@acme.io")));
        var first = await Relay.NextAsync();
        first.Fail(RelayTrouble.Busy);
        await SettledAsync();
        Assert.Equal(0, Relay.Attempts);

        await AdvanceAsync(TimeSpan.FromSeconds(1.25));
        var second = await Relay.NextAsync();
        second.Fail(RelayTrouble.Busy);
        await SettledAsync();
        await AdvanceAsync(TimeSpan.FromSeconds(2.5));
        var third = await Relay.NextAsync();
        third.Take();

        Assert.Equal((first.Message.Id, first.Message.Id), (second.Message.Id, third.Message.Id));
        Assert.Equal(["a@acme.io Delivered"], await Mails.EndedAsync(1));
    }

    [Fact]
    public async Task Delivery_Permanent_IsNotTriedAgain()
    {
        var outbox = await StartAsync();
        Assert.True(await outbox.EnqueueAsync(Entry("a@acme.io")));
        (await Relay.NextAsync()).Fail(RelayTrouble.RecipientRefused);

        Assert.Equal(["a@acme.io Permanent"], await Mails.EndedAsync(1));
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        await SettledAsync();
        Assert.Equal(0, Relay.Attempts);
    }

    [Fact]
    public async Task Delivery_EntryEnded_IsNeverOffered()
    {
        var outbox = await StartAsync();
        Assert.True(await outbox.EnqueueAsync(Entry("a@acme.io", TimeSpan.FromSeconds(20)) with { Delay = TimeSpan.FromSeconds(20) }));

        await AdvanceAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(["a@acme.io Expired"], await Mails.EndedAsync(1));
        Assert.Equal(0, Relay.Attempts);
    }

    [Fact]
    public async Task Delivery_Delayed_LetsOthersPassAndStartsInItsTime()
    {
        var outbox = await StartAsync(new MailOptions { Concurrency = 1 });
        var delay = TimeSpan.FromSeconds(30);
        Assert.True(await outbox.EnqueueAsync(Entry("later@acme.io") with { Delay = delay }));
        Assert.True(await outbox.EnqueueAsync(Entry("now@acme.io")));

        var first = await Relay.NextAsync();
        Assert.Equal("now@acme.io", first.Message.To);
        first.Take();
        await Mails.EndedAsync(1);
        await SettledAsync();
        Assert.Equal(0, Relay.Attempts);
        await AdvanceAsync(delay);

        var second = await Relay.NextAsync();
        Assert.Equal("later@acme.io", second.Message.To);
        second.Take();
    }

    [Fact]
    public async Task EnqueueAndWait_RelayTakesIt_Delivered()
    {
        var outbox = await StartAsync();

        var outcome = outbox.EnqueueAndWaitAsync(Entry("a@acme.io") with { Delay = TimeSpan.FromMinutes(1) }, Patience, default);
        (await Relay.NextAsync()).Take();

        Assert.Equal(DeliveryOutcome.Delivered, await outcome);
        Assert.Equal(["a@acme.io Delivered"], await Mails.EndedAsync(1));
    }

    [Fact]
    public async Task EnqueueAndWait_Fails_IsToldAndNotTriedAgain()
    {
        var outbox = await StartAsync();

        var outcome = outbox.EnqueueAndWaitAsync(Entry("a@acme.io"), Patience, default);
        (await Relay.NextAsync()).Fail(RelayTrouble.Busy);

        Assert.Equal(DeliveryOutcome.Transient, await outcome);
        Assert.Equal(["a@acme.io Transient"], await Mails.EndedAsync(1));
        await AdvanceAsync(TimeSpan.FromMinutes(1));
        await SettledAsync();
        Assert.Equal(0, Relay.Attempts);
    }

    [Fact]
    public async Task EnqueueAndWait_PatienceEnds_GoesOnAsAnyOther()
    {
        var outbox = await StartAsync();

        var outcome = outbox.EnqueueAndWaitAsync(Entry("a@acme.io"), TimeSpan.Zero, default);
        Assert.Equal(DeliveryOutcome.StillQueued, await outcome);
        (await Relay.NextAsync()).Fail(RelayTrouble.Busy);
        await SettledAsync();
        await AdvanceAsync(TimeSpan.FromSeconds(1.25));
        (await Relay.NextAsync()).Take();

        Assert.Equal(["a@acme.io Delivered"], await Mails.EndedAsync(1));
    }

    [Fact]
    public async Task Stop_MailIsBeingSent_IsWaitedFor()
    {
        var outbox = await StartAsync();
        Assert.True(await outbox.EnqueueAsync(Entry("a@acme.io")));
        var attempt = await Relay.NextAsync();

        var stop = outbox.StopAsync(default);
        Assert.False(stop.IsCompleted);
        attempt.Take();
        await stop;

        Assert.Equal(["a@acme.io Delivered"], await Mails.EndedAsync(1));
    }

    private protected OutboxEntry Entry(string to, TimeSpan? lifetime = null) =>
        new("test", Encoding.UTF8.GetBytes(to), Time.GetUtcNow() + (lifetime ?? TimeSpan.FromMinutes(5)), default);

    /// <summary>A resolver whose payload is the address, and who writes down how each ended.</summary>
    private protected sealed class EndedMails : IOutboxResolver
    {
        private readonly ConcurrentQueue<string> _ended = new();

        public string Kind => "test";

        public int Count => _ended.Count;

        public ValueTask<Resolution> ResolveAsync(OutboxEntry entry, CancellationToken cancellationToken) =>
            new(new Resolution.Send(new(Encoding.UTF8.GetString(entry.Payload.Span), "reset-code", "en", new() { ["code"] = "QWMZKTRB", ["ttl_min"] = 5, ["requested_at"] = "", ["requested_from"] = "" })));

        public void Ended(OutboxEntry entry, DeliveryOutcome outcome) => _ended.Enqueue($"{Encoding.UTF8.GetString(entry.Payload.Span)} {outcome}");

        public async Task<IReadOnlyList<string>> EndedAsync(int count)
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (_ended.Count < count)
            {
                await Task.Delay(5, timeout.Token);
            }

            return [.. _ended.Order(StringComparer.Ordinal)];
        }
    }
}
