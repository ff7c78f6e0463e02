using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Tests;
using Sidecar.Tests.Mail;
using StackExchange.Redis;

namespace Sidecar.FunctionalTests.Redis;

/// <summary>What only a queue that several replicas share can get wrong.</summary>
public sealed class RedisOutboxTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = RedisReplica.Lease;

    private readonly RedisServer _server = new() { Extra = ["--appendonly", "yes", "--appendfsync", "always"] };
    private readonly KeyRing _keys = KeyRing.Generate();
    private readonly Resolver _mails = new();
    private readonly FakeRelay _first = new();
    private readonly FakeRelay _second = new();
    private readonly List<RedisReplica> _replicas = [];

    public async ValueTask InitializeAsync()
    {
        RedisServer.Require();
        await _server.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
        {
            await replica.DisposeAsync();
        }

        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Values_MailWaits_HoldNeitherAddressNorCode()
    {
        var replica = await StartAsync(_first);
        Assert.True(await replica.Outbox.EnqueueAsync(Entry("alice.wonder@acme.io\nQWMZKTRB") with { Delay = TimeSpan.FromMinutes(1), Supersedes = "flow" }));
        Assert.True(await replica.Outbox.EnqueueAsync(Entry("alice.wonder@acme.io\nQWMZKTRB")));
        await _first.NextAsync();

        var keys = (string[])(await _server.AdminAsync("KEYS", "*"))!;
        Assert.Equal(8, keys.Length);
        var text = new StringBuilder();
        foreach (var key in keys)
        {
            Assert.StartsWith("sidecar:{outbox}:", key, StringComparison.Ordinal);
            Assert.InRange((long)await _server.AdminAsync("PTTL", key), 1, 2 * 3_600_000);
            var isHash = (string?)await _server.AdminAsync("TYPE", key) == "hash";
            foreach (var value in (byte[][])(isHash ? await _server.AdminAsync("HGETALL", key) : await _server.AdminAsync("ZRANGE", key, 0, -1))!)
            {
                text.Append(Encoding.Latin1.GetString(value)).Append('\n');
            }
        }

        Assert.DoesNotContain("alice", text.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("QWMZKTRB", text.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("test", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Owner_Dies_AnotherReplicaSendsItUnderTheSameId()
    {
        var owner = await StartAsync(_first);
        Assert.True(await owner.Outbox.EnqueueAsync(Entry("a@acme.io")));
        var lost = await _first.NextAsync();
        await StartAsync(_second);
        await owner.VanishAsync();

        var taken = await _second.NextAsync();
        // Were the owner only slow, its relay would not get the text any more.
        Assert.ThrowsAny<OperationCanceledException>(lost.Message.Confirm);
        taken.Message.Confirm();
        taken.Take();

        Assert.Equal(lost.Message.Id, taken.Message.Id);
        await AssertEndedAsync("a@acme.io Delivered");
    }

    [Fact]
    public async Task Attempt_LongerThanItsLease_StaysWithItsOwner()
    {
        var owner = await StartAsync(_first);
        await StartAsync(_second);
        Assert.True(await owner.Outbox.EnqueueAndWaitAsync(Entry("a@acme.io"), TimeSpan.Zero, default) == DeliveryOutcome.StillQueued);
        var attempt = await _first.NextAsync();

        await Task.Delay(2.5 * Lease);
        Assert.Equal(0, _second.Attempts);
        attempt.Message.Confirm();
        attempt.Take();

        await AssertEndedAsync("a@acme.io Delivered");
    }

    [Fact]
    public async Task Redis_GoneWhileAMailIsTaken_IsToldWhenItIsBackAndNobodySendsTwice()
    {
        var owner = await StartAsync(_first);
        await StartAsync(_second);
        Assert.Equal(DeliveryOutcome.StillQueued, await owner.Outbox.EnqueueAndWaitAsync(Entry("a@acme.io"), TimeSpan.Zero, default));
        var attempt = await _first.NextAsync();

        await _server.KillAsync();
        attempt.Take();
        // By the time it is back the lease is long over, so that anybody who asks at once would get the mail.
        await Task.Delay(1.5 * Lease);
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await owner.Outbox.EnqueueAsync(Entry("b@acme.io")));
        await _server.StartAsync();

        await AssertEndedAsync("a@acme.io Delivered");
        await Task.Delay(2 * Lease);
        Assert.Equal((0, 0), (_first.Attempts, _second.Attempts));
        Assert.Equal(0, (int)await _server.AdminAsync("HLEN", "sidecar:{outbox}:bodies"));
    }

    [Fact]
    public async Task Redis_BackWithALeaseThatIsOver_OwnerHasALeaseToComeFirst()
    {
        var owner = await StartAsync(_first);
        Assert.True(await owner.Outbox.EnqueueAsync(Entry("a@acme.io")));
        await _first.NextAsync();
        await StartAsync(_second);
        await owner.VanishAsync();
        await _server.KillAsync();
        await Task.Delay(1.5 * Lease);
        await _server.StartAsync();
        var back = Stopwatch.GetTimestamp();

        (await _second.NextAsync()).Take();

        Assert.InRange(Stopwatch.GetElapsedTime(back), 0.9 * Lease, 5 * Lease);
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(3600)]
    public async Task Clock_AnotherReplicasIsWrong_SendsInTimeAndNeverLate(int seconds)
    {
        var owner = await StartAsync(_first, new MailOptions { Concurrency = 2 });
        Assert.True(await owner.Outbox.EnqueueAsync(Entry("late@acme.io", TimeSpan.FromSeconds(2))));
        Assert.True(await owner.Outbox.EnqueueAsync(Entry("intime@acme.io")));
        await _first.NextAsync();
        await _first.NextAsync();
        await StartAsync(_second, time: new OtherTime(TimeSpan.FromSeconds(seconds)));
        await owner.VanishAsync();

        var sent = await _second.NextAsync();
        sent.Take();

        Assert.Equal("intime@acme.io", sent.Message.To);
        await AssertEndedAsync("intime@acme.io Delivered", "late@acme.io Expired");
        Assert.Equal(0, _second.Attempts);
    }

    [Fact]
    public async Task Stop_RelayHangs_LeavesItsMailsToOthersAtOnce()
    {
        var leaving = await StartAsync(_first, new MailOptions { Concurrency = 1, DrainTimeout = TimeSpan.FromMilliseconds(300) });
        Assert.True(await leaving.Outbox.EnqueueAsync(Entry("a@acme.io")));
        Assert.True(await leaving.Outbox.EnqueueAsync(Entry("b@acme.io")));
        var cut = await _first.NextAsync();
        await leaving.Outbox.StopAsync(default);
        var stopped = Stopwatch.GetTimestamp();
        Assert.True(await leaving.Outbox.EnqueueAsync(Entry("c@acme.io")), "what comes now is for others");

        await StartAsync(_second, new MailOptions { Concurrency = 3 });
        var taken = new[] { await _second.NextAsync(), await _second.NextAsync(), await _second.NextAsync() };

        Assert.True(Stopwatch.GetElapsedTime(stopped) < Lease);
        Assert.Equal(["a@acme.io", "b@acme.io", "c@acme.io"], taken.Select(static mail => mail.Message.To).Order());
        Assert.Contains(cut.Message.Id, taken.Select(static mail => mail.Message.Id));
    }

    [Fact]
    public async Task Entries_Unreadable_AreDroppedAtTheirEndAndHoldNothingUp()
    {
        var other = await RedisReplica.StartAsync(_server, KeyRing.Generate(), _first, _mails);
        await other.Outbox.StopAsync(default);
        for (var i = 0; i < 20; i++)
        {
            Assert.True(await other.Outbox.EnqueueAsync(Entry("lost@acme.io", TimeSpan.FromSeconds(4))));
        }

        await other.DisposeAsync();
        await _server.AdminAsync("ZADD", "sidecar:{outbox}:waiting", 1, "garbage");
        var log = new CapturingLogger<RedisMailQueue>();
        var replica = await RedisReplica.StartAsync(_server, _keys, _second, _mails, new MailOptions { Concurrency = 1 }, log: log);
        _replicas.Add(replica);

        var start = Stopwatch.GetTimestamp();
        Assert.True(await replica.Outbox.EnqueueAsync(Entry("a@acme.io")));
        (await _second.NextAsync()).Take();
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(3));

        await AssertEndedAsync("a@acme.io Delivered");
        await RedisServer.UntilAsync(
            async () => (int)await _server.AdminAsync("EXISTS", "sidecar:{outbox}:bodies", "sidecar:{outbox}:waiting", "sidecar:{outbox}:held", "sidecar:{outbox}:ends") == 0,
            TimeSpan.FromSeconds(20),
            "unreadable entries stay");
        // Each is dropped once, and told of once before that at most.
        Assert.InRange(log.Events.Count, 21, 41);
    }

    /// <summary>While a key is brought in, one replica seals with it before the others know it.</summary>
    [Fact]
    public async Task Entries_AnotherReplicasKeyIsMissing_AreLeftToIt()
    {
        var log = new CapturingLogger<RedisMailQueue>();
        var without = await RedisReplica.StartAsync(_server, KeyRing.Generate(), _first, _mails, new MailOptions { Concurrency = 4 }, log: log);
        _replicas.Add(without);
        var writer = await StartAsync(_second);
        writer.Health.Report(FakeRelay.Failure(RelayTrouble.Refused));
        Assert.True(await writer.Outbox.EnqueueAsync(Entry("a@acme.io")));
        await RedisServer.UntilAsync(() => Task.FromResult(!log.Events.IsEmpty), TimeSpan.FromSeconds(20), "the one without the key did not meet it");

        writer.Health.Report(null);
        (await _second.NextAsync()).Take();

        await AssertEndedAsync("a@acme.io Delivered");
        Assert.Equal(0, _first.Attempts);
    }

    [Fact]
    public async Task Relay_IsDown_MailsWaitForAReplicaThatCanSend()
    {
        var cannot = await StartAsync(_first);
        cannot.Health.Report(FakeRelay.Failure(RelayTrouble.Refused));
        Assert.True(await cannot.Outbox.EnqueueAsync(Entry("a@acme.io")));
        Assert.True(await cannot.Outbox.EnqueueAsync(Entry("gone@acme.io", TimeSpan.FromSeconds(1))));
        await AssertEndedAsync("gone@acme.io Expired");

        await StartAsync(_second);
        (await _second.NextAsync()).Take();

        await AssertEndedAsync("a@acme.io Delivered", "gone@acme.io Expired");
        Assert.Equal(0, _first.Attempts);
    }

    private async Task AssertEndedAsync(params string[] ended)
    {
        await RedisServer.UntilAsync(() => Task.FromResult(_mails.Ended.Count >= ended.Length), TimeSpan.FromSeconds(20), "a mail did not end");
        Assert.Equal(ended, _mails.Ended.Order(StringComparer.Ordinal));
    }

    private static OutboxEntry Entry(string to, TimeSpan? lifetime = null) =>
        new("test", Encoding.UTF8.GetBytes(to), TimeProvider.System.GetUtcNow() + (lifetime ?? TimeSpan.FromMinutes(5)), default);

    private async Task<RedisReplica> StartAsync(FakeRelay relay, MailOptions? options = null, TimeProvider? time = null)
    {
        var replica = await RedisReplica.StartAsync(_server, _keys, relay, _mails, options, time: time);
        _replicas.Add(replica);
        return replica;
    }

    private sealed class Resolver : IOutboxResolver
    {
        public string Kind => "test";

        public ConcurrentQueue<string> Ended { get; } = new();

        public ValueTask<Resolution> ResolveAsync(OutboxEntry entry, CancellationToken cancellationToken) =>
            new(new Resolution.Send(MailSamples.Letter(Encoding.UTF8.GetString(entry.Payload.Span).Split('\n')[0])));

        void IOutboxResolver.Ended(OutboxEntry entry, DeliveryOutcome outcome) => Ended.Enqueue($"{Encoding.UTF8.GetString(entry.Payload.Span)} {outcome}");
    }

    private sealed class OtherTime(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
    }
}
