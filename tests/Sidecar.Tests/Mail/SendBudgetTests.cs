using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Throttling;

namespace Sidecar.Tests.Mail;

/// <summary>The mail budget as the worker charges it: for what is really offered to a relay, and for nothing else.</summary>
public sealed class SendBudgetTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstPermitBack = TimeSpan.FromMinutes(10);

    private readonly WatchedTime _time = new();
    private readonly FakeRelay _relay = new();
    private readonly RelayHealth _health;
    private readonly List<Outbox> _outboxes = [];

    public SendBudgetTests() => _health = new RelayHealth(true, _ => Task.FromResult<RelayFailure?>(null), _time, NullLogger<RelayHealth>.Instance);

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
    public async Task Delivery_BudgetSpent_WaitsForAPermitAndIsSentThen()
    {
        var outbox = await StartAsync(permits: 1);
        await DeliverAsync(outbox, "a@acme.io");

        Assert.True(await outbox.EnqueueAsync(Entry("b@acme.io")));
        await WaitingAsync(outbox);
        Assert.Equal(0, _relay.Attempts);
        _time.Advance(FirstPermitBack - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _relay.Attempts);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        var attempt = await _relay.NextAsync();
        Assert.Equal("b@acme.io", attempt.Message.To);
        attempt.Take();
    }

    [Fact]
    public async Task Delivery_BudgetSpentForLongerThanTheMailLives_IsDropped()
    {
        var outbox = await StartAsync(permits: 1);
        await DeliverAsync(outbox, "a@acme.io");

        var outcome = outbox.EnqueueAndWaitAsync(Entry("b@acme.io", TimeSpan.FromMinutes(5)), TimeSpan.FromHours(1), default);
        await WaitingAsync(outbox);
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(DeliveryOutcome.Expired, await outcome);
        Assert.Equal(0, _relay.Attempts);
    }

    [Fact]
    public async Task EnqueueAndWait_BudgetSpent_TellsNothingOfIt()
    {
        var outbox = await StartAsync(permits: 1);
        await DeliverAsync(outbox, "a@acme.io");

        var outcome = outbox.EnqueueAndWaitAsync(Entry("b@acme.io"), TimeSpan.FromSeconds(5), default);
        await WaitingAsync(outbox);
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(DeliveryOutcome.StillQueued, await outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("alice@example.com")]
    public async Task Delivery_NobodyToMail_SpendsNothing(string to)
    {
        var outbox = await StartAsync(permits: 1);
        for (var i = 0; i < 3; i++)
        {
            var held = outbox.EnqueueAndWaitAsync(Entry(to), Patience, default);
            await _time.WaitBegunAsync(TimeSpan.FromMilliseconds(200));
            _time.Advance(TimeSpan.FromMilliseconds(200));
            await held;
        }

        await DeliverAsync(outbox, "a@acme.io");
    }

    [Theory]
    [InlineData(RelayTrouble.Refused, true)]
    [InlineData(RelayTrouble.LoginRejected, true)]
    [InlineData(RelayTrouble.Busy, false)]
    [InlineData(RelayTrouble.Slow, false)]
    [InlineData(RelayTrouble.RecipientRefused, false)]
    internal async Task Delivery_Failed_GivesThePermitBackOnlyWhenNoRecipientWasOffered(RelayTrouble trouble, bool givenBack)
    {
        var outbox = await StartAsync(permits: 1);
        var failed = outbox.EnqueueAndWaitAsync(Entry("a@acme.io"), Patience, default);
        (await _relay.NextAsync()).Fail(trouble);
        await failed;
        _health.Report(null);

        Assert.True(await outbox.EnqueueAsync(Entry("b@acme.io")));

        if (givenBack)
        {
            (await _relay.NextAsync()).Take();
        }
        else
        {
            await WaitingAsync(outbox);
            Assert.Equal(0, _relay.Attempts);
        }
    }

    [Theory]
    [InlineData(LimitMode.DryRun)]
    [InlineData(LimitMode.Off)]
    internal async Task Delivery_BudgetNotOn_HoldsNothingUp(LimitMode mode)
    {
        var outbox = await StartAsync(permits: 1, mode);

        await DeliverAsync(outbox, "a@acme.io");
        await DeliverAsync(outbox, "b@acme.io");
    }

    [Fact]
    public async Task Stop_MailsWaitForTheBudget_DoesNotWaitForThem()
    {
        var outbox = await StartAsync(permits: 1);
        await DeliverAsync(outbox, "a@acme.io");
        Assert.True(await outbox.EnqueueAsync(Entry("b@acme.io")));
        await WaitingAsync(outbox);

        await outbox.StopAsync(default).WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Equal(0, _relay.Attempts);
    }

    private async Task DeliverAsync(Outbox outbox, string to)
    {
        var outcome = outbox.EnqueueAndWaitAsync(Entry(to), Patience, default);
        (await _relay.NextAsync()).Take();
        Assert.Equal(DeliveryOutcome.Delivered, await outcome);
    }

    /// <summary>Waits until the only slot has put away what it had: an entry behind that has then been through.</summary>
    private async Task WaitingAsync(Outbox outbox) =>
        Assert.Equal(DeliveryOutcome.Expired, await outbox.EnqueueAndWaitAsync(Entry("", lifetime: TimeSpan.Zero), Patience, default).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));

    private OutboxEntry Entry(string to, TimeSpan? lifetime = null) =>
        new("test", Encoding.UTF8.GetBytes(to), _time.GetUtcNow() + (lifetime ?? TimeSpan.FromMinutes(30)), default);

    private async Task<Outbox> StartAsync(int permits, LimitMode mode = LimitMode.On)
    {
        var limiter = new AxisLimiters(_time, shared: null).Of(new("mail-global") { Permits = permits, Window = TimeSpan.FromMinutes(10), Mode = mode });
        var budget = SidecarServices.MailBudget(limiter);
        var outbox = new Outbox(
            new MailOptions { Concurrency = 1 }, [], MailSamples.Templates(), [new Resolver()], _relay.SendAsync, _health, _time, NullLogger<Outbox>.Instance, budget);
        _outboxes.Add(outbox);
        await outbox.StartAsync(default);
        return outbox;
    }

    /// <summary>Payload is the address; an empty one is nobody's.</summary>
    private sealed class Resolver : IOutboxResolver
    {
        public string Kind => "test";

        public ValueTask<Resolution> ResolveAsync(OutboxEntry entry, CancellationToken cancellationToken) =>
            ValueTask.FromResult<Resolution>(entry.Payload.IsEmpty ? new Resolution.NoAccount() : new Resolution.Send(MailSamples.Letter(Encoding.UTF8.GetString(entry.Payload.Span))));
    }
}
