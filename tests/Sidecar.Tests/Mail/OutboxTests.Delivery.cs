using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Hosting;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>What becomes of one mail, try by try.</summary>
public sealed partial class OutboxTests
{
    [Fact]
    public async Task Delivery_Transient_IsTriedAgainAfterOneTwoFourSeconds()
    {
        var outbox = await StartAsync(new MailOptions { Concurrency = 1 });

        Assert.True(await outbox.EnqueueAsync(Entry("a@acme.io")));
        (await _relay.NextAsync()).Fail(RelayTrouble.Busy);

        foreach (var seconds in new[] { 1, 2, 4 })
        {
            await WaitingAsync(outbox);
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(0, _relay.Attempts);
            _time.Advance(TimeSpan.FromSeconds(seconds * 0.25) + TimeSpan.FromMilliseconds(1));
            (await _relay.NextAsync()).Fail(RelayTrouble.Busy);
        }
    }

    [Fact]
    public async Task Delivery_RetryWaits_OtherMailPassesThroughTheOnlySlot()
    {
        var outbox = await StartAsync(new MailOptions { Concurrency = 1 });

        Assert.True(await outbox.EnqueueAsync(Entry("a@acme.io")));
        (await _relay.NextAsync()).Fail(RelayTrouble.Busy);
        var second = outbox.EnqueueAndWaitAsync(Entry("b@acme.io"), Patience, default);
        (await _relay.NextAsync()).Take();

        Assert.Equal(DeliveryOutcome.Delivered, await second);
    }

    [Fact]
    public async Task Delivery_RecipientRefused_IsDroppedAndRelayStaysUp()
    {
        var outbox = await StartAsync();

        var outcome = outbox.EnqueueAndWaitAsync(Entry("a@acme.io"), Patience, default);
        (await _relay.NextAsync()).Fail(RelayTrouble.RecipientRefused);

        Assert.Equal(DeliveryOutcome.Permanent, await outcome);
        Assert.True(outbox.CanDeliver);
        _time.Advance(Lifetime);
        Assert.Equal(0, _relay.Attempts);
    }

    [Fact]
    public async Task Delivery_EntryEnded_IsNeverOffered()
    {
        var outbox = await StartAsync();

        Assert.Equal(DeliveryOutcome.Expired, await outbox.EnqueueAndWaitAsync(Entry("a@acme.io", lifetime: TimeSpan.Zero), Patience, default));
        Assert.Equal(0, _relay.Attempts);
    }

    [Fact]
    public async Task Delivery_EntryEndsBetweenTwoTries_IsNotTriedAgain()
    {
        using var measured = new Measured();
        var outbox = await StartAsync(new MailOptions { Concurrency = 1 });

        Assert.True(await outbox.EnqueueAsync(Entry("a@acme.io", lifetime: TimeSpan.FromMilliseconds(900))));
        (await _relay.NextAsync()).Fail(RelayTrouble.Busy);
        await WaitingAsync(outbox);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(("none", "expired"), await measured.NextAsync("expired"));
        Assert.Equal(0, _relay.Attempts);
    }

    [Fact]
    public async Task Delivery_FailsWhileSomebodyWaits_IsNotTriedAgain()
    {
        var outbox = await StartAsync(new MailOptions { Concurrency = 1 });

        var first = outbox.EnqueueAndWaitAsync(Entry("a@acme.io"), Patience, default);
        (await _relay.NextAsync()).Fail(RelayTrouble.Busy);
        Assert.Equal(DeliveryOutcome.Transient, await first);
        _time.Advance(TimeSpan.FromMinutes(1));
        await WaitingAsync(outbox);

        Assert.Equal(0, _relay.Attempts);
    }

    [Fact]
    public async Task Delivery_FailsAfterPatienceEnded_IsTriedAgain()
    {
        var outbox = await StartAsync(new MailOptions { Concurrency = 1 });

        var first = outbox.EnqueueAndWaitAsync(Entry("a@acme.io"), Patience, default);
        var attempt = await _relay.NextAsync();
        _time.Advance(Patience);
        Assert.Equal(DeliveryOutcome.StillQueued, await first);
        attempt.Fail(RelayTrouble.Busy);
        await WaitingAsync(outbox);
        _time.Advance(TimeSpan.FromSeconds(2));

        (await _relay.NextAsync()).Take();
    }

    [Fact]
    public async Task Delivery_EntryEndsDuringTheAttempt_AttemptIsCut()
    {
        var outbox = await StartAsync();

        var outcome = outbox.EnqueueAndWaitAsync(Entry("a@acme.io", lifetime: TimeSpan.FromSeconds(10)), Patience, default);
        await _relay.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(DeliveryOutcome.Expired, await outcome);
    }

    [Fact]
    public async Task Delivery_NoAccount_HoldsTheSlotForTheMedianDelivery()
    {
        var outbox = await StartAsync(new MailOptions { Concurrency = 1 });
        foreach (var milliseconds in new[] { 300, 700, 5000 })
        {
            var sent = outbox.EnqueueAndWaitAsync(Entry("a@acme.io"), Patience, default);
            var attempt = await _relay.NextAsync();
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
            attempt.Take();
            await sent;
        }

        var unknown = outbox.EnqueueAndWaitAsync(Entry(""), Patience, default);
        var known = outbox.EnqueueAndWaitAsync(Entry("b@acme.io"), Patience, default);
        await _time.WaitBegunAsync(TimeSpan.FromMilliseconds(700));
        _time.Advance(TimeSpan.FromMilliseconds(699));
        Assert.False(unknown.IsCompleted);
        Assert.Equal(0, _relay.Attempts);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(DeliveryOutcome.UnknownAccount, await unknown);
        (await _relay.NextAsync()).Take();
        Assert.Equal(DeliveryOutcome.Delivered, await known);
    }

    [Fact]
    public async Task Delivery_ReservedDomain_LooksDelivered()
    {
        var outbox = await StartAsync(new MailOptions { BlockReservedDomains = true });

        var outcome = outbox.EnqueueAndWaitAsync(Entry("alice@example.com"), Patience, default);
        await _time.WaitBegunAsync(TimeSpan.FromMilliseconds(200));
        _time.Advance(TimeSpan.FromMilliseconds(200));

        Assert.Equal(DeliveryOutcome.Delivered, await outcome);
        Assert.Equal(0, _relay.Attempts);
    }

    [Fact]
    public async Task Delivery_ReservedDomainsAllowed_AreMailed()
    {
        var outbox = await StartAsync(new MailOptions { BlockReservedDomains = false });

        await outbox.EnqueueAsync(Entry("alice@example.com"));

        Assert.Equal("alice@example.com", (await _relay.NextAsync()).Message.To);
    }

    [Fact]
    public async Task Delivery_ResolverThrows_IsTriedAgain()
    {
        var outbox = await StartAsync();

        Assert.Equal(DeliveryOutcome.Transient, await outbox.EnqueueAndWaitAsync(Entry("throw"), Patience, default));
    }

    [Fact]
    public async Task Delivery_UnknownKind_IsDropped()
    {
        var outbox = await StartAsync();
        var entry = Entry("a@acme.io") with { Kind = "never-heard-of" };

        Assert.Equal(DeliveryOutcome.Permanent, await outbox.EnqueueAndWaitAsync(entry, Patience, default));
    }

    [Fact]
    public async Task Delivery_RelayDown_MailWaitsForItsReturnWithoutTrying()
    {
        var outbox = await StartAsync(new MailOptions { Concurrency = 1 });
        Assert.True(await outbox.EnqueueAsync(Entry("a@acme.io")));
        (await _relay.NextAsync()).Fail(RelayTrouble.Refused);
        await WaitingAsync(outbox);
        Assert.False(outbox.CanDeliver);

        Assert.True(await outbox.EnqueueAsync(Entry("b@acme.io")));
        await WaitingAsync(outbox);
        Assert.Equal(0, _relay.Attempts);

        _health.Report(null);
        var first = await _relay.NextAsync();
        first.Take();
        var second = await _relay.NextAsync();
        second.Take();
        Assert.Equal(["a@acme.io", "b@acme.io"], new[] { first.Message.To, second.Message.To }.Order());
    }
}
