using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Tests;
using Sidecar.Tests.Mail;
using Sidecar.Throttling;

namespace Sidecar.FunctionalTests.Redis;

/// <summary>A rolling upgrade: this release with the state of the ones before, and with what the next may add.</summary>
public sealed partial class StoredStateTests : IAsyncLifetime
{
    private readonly RedisServer _server = new();
    private readonly SidecarClock _clock = StoredState.ClockAt(TimeSpan.FromSeconds(1));
    private RedisConnection _connection = null!;

    private RedisOtpStore Store => new(_connection, _clock);

    public static TheoryData<string, bool> Recordings() => [.. StoredState.Files().SelectMany(static file => new[] { (Path.GetFileName(file), false), (Path.GetFileName(file), true) })];

    public async ValueTask InitializeAsync()
    {
        RedisServer.Require();
        await _server.InitializeAsync();
        _connection = await _server.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    /// <summary>SIDECAR_RECORD_STATE=tests/Sidecar.FunctionalTests/Redis/StoredStates/0.2.json records this release's.</summary>
    [Fact]
    public async Task State_OfThisRelease_CanBeRecorded()
    {
        var asked = Environment.GetEnvironmentVariable("SIDECAR_RECORD_STATE");
        var file = asked is { Length: > 0 } ? RepositoryRoot.Combine(asked) : Path.Combine(_server.Directory, "state.json");

        await StoredState.RecordAsync(_server, file);

        // In keys and fields it is as the last recording has it; what is random, differs.
        Assert.Equal(Shape(await File.ReadAllTextAsync(StoredState.Files().Last())), Shape(await File.ReadAllTextAsync(file)));
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task State_Recorded_IsReadWithAndWithoutWhatTheNextReleaseAdds(string file, bool isNext)
    {
        var document = await StoredState.ReplayAsync(_server, StoredState.Files().Single(path => Path.GetFileName(path) == file));
        if (isNext)
        {
            foreach (var key in (string[])(await _server.AdminAsync("KEYS", "*"))!)
            {
                if ((string?)await _server.AdminAsync("TYPE", key) == "hash" && !key.Contains("outbox", StringComparison.Ordinal))
                {
                    await _server.AdminAsync("HSET", key, "added_by_the_next", "one");
                }
            }

            await _server.AdminAsync("HSET", "sidecar:{outbox}:added_by_the_next", "a", "b");
        }

        // Flows: two tries are gone, the code is the one that was mailed; the locked one stays so.
        var hasher = new CodeHasher(StoredState.Keys);
        for (var left = 3; left > 0; left--)
        {
            var attempt = await Store.AttemptAsync(StoredState.Begun, default);
            Assert.Equal(AttemptOutcome.Counted, attempt.Outcome);
            Assert.True(hasher.Matches(attempt.Code!, StoredState.Begun, StoredState.Code));
        }

        Assert.Equal(AttemptOutcome.Locked, (await Store.AttemptAsync(StoredState.Begun, default)).Outcome);
        Assert.Equal(AttemptOutcome.Locked, (await Store.AttemptAsync(StoredState.Locked, default)).Outcome);

        // Captcha, cooldown, and the address's limits, of which one permit is taken.
        Assert.False(await Store.SpendCaptchaAsync(StoredState.Begun.Address, StoredState.Captcha, TimeSpan.FromMinutes(1), default));
        var other = new FlowKey(Purpose.Recovery, StoredState.Proven.Address, StoredState.Id(7));
        Assert.Equal(IssueOutcome.CoolingDown, (await Store.IssueAsync(StoredState.Request(other, StoredState.Id(70), "n2"), default)).Outcome);

        // Proofs.
        Assert.True(await Store.IsVerifiedAsync(StoredState.Proven, default));
        Assert.Equal(ReserveResult.Reserved, await Store.ReserveAsync(StoredState.Proven, TimeSpan.FromSeconds(30), default));
        Assert.False(await Store.IsVerifiedAsync(StoredState.Reserved, default));
        await Store.SettleAsync(StoredState.Reserved, used: false, default);
        Assert.Equal(ReserveResult.Reserved, await Store.ReserveAsync(StoredState.Reserved, TimeSpan.FromSeconds(30), default));

        // Limits.
        using var limiter = new RedisWindowLimiter(StoredState.Client, _connection, _clock, StoredState.Keys.NetworkName);
        Assert.False((await limiter.AcquireAsync("203.0.113.7")).IsAcquired);
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(IssueOutcome.Issued, (await Store.IssueAsync(StoredState.Request(other, StoredState.Id(71), "n1"), default)).Outcome);
        _clock.Advance(TimeSpan.FromMinutes(2));
        var third = new FlowKey(Purpose.Recovery, other.Address, StoredState.Id(8));
        Assert.Equal(IssueOutcome.TooManyFlows, (await Store.IssueAsync(StoredState.Request(third, StoredState.Id(72), "n1"), default)).Outcome);

        // Tickets.
        var tickets = new TicketSealer(new Sealer(StoredState.Keys));
        Assert.Equal(StoredState.OpenTicket, tickets.Open((string)document["open_ticket"]!, Purpose.Recovery));
        Assert.Equal(StoredState.VerifiedTicket, tickets.Open((string)document["verified_ticket"]!, Purpose.Verification));
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task Mail_Recorded_IsSent(string file, bool isNext)
    {
        await StoredState.ReplayAsync(_server, StoredState.Files().Single(path => Path.GetFileName(path) == file));
        var scripts = new OutboxScripts(_connection, _clock, _clock, TimeSpan.FromSeconds(10));
        if (isNext)
        {
            // Behind its fields, more of them; a layout of its own; a kind of its own.
            var sealer = new Sealer(StoredState.Keys);
            foreach (var (number, change) in new (int, Func<byte[], byte[]>)[] { (51, static plain => [.. plain, 1, 2, 3]), (52, static plain => [2, .. plain[1..]]), (53, static plain => plain) })
            {
                var entry = StoredState.Mail with { Id = StoredState.Id(number), Kind = number == 53 ? "next-kind" : StoredState.Mail.Kind, Supersedes = "" };
                var body = new OutboxSeal(plain => sealer.Seal("outbox", change(plain)), static _ => null).Seal(entry);
                await scripts.AddAsync(entry, body, TimeSpan.FromMinutes(5), 100, isHeld: false);
            }
        }

        var (relay, log) = (new FakeRelay(), new CapturingLogger<RedisMailQueue>());
        await using var replica = await RedisReplica.StartAsync(_server, StoredState.Keys, relay, new CodeMails(), clock: _clock, log: log);
        foreach (var _ in isNext ? new[] { 1, 2 } : [1])
        {
            var attempt = await relay.NextAsync();
            Assert.Equal(StoredState.Mailed, attempt.Message.To);
            Assert.Contains(StoredState.Code, attempt.Message.Text, StringComparison.Ordinal);
            attempt.Take();
        }

        // The others wait for a replica that can read them, and each is told of once.
        await RedisServer.UntilAsync(() => Task.FromResult(log.Events.Count == (isNext ? 2 : 0)), TimeSpan.FromSeconds(20), "what cannot be read here was not left to others");
        await RedisServer.UntilAsync(async () => (int)await _server.AdminAsync("HLEN", "sidecar:{outbox}:bodies") == (isNext ? 2 : 0), TimeSpan.FromSeconds(20), "mails are lost or stay");
        Assert.Equal(0, relay.Attempts);
    }

    [Fact]
    public void Ticket_WithMoreBehindItOrAnotherLayout_IsReadOrIsNone()
    {
        var sealer = new Sealer(StoredState.Keys);
        var tickets = new TicketSealer(sealer);
        Assert.True(sealer.TryOpen("ticket/2", Base64Url.DecodeFromChars(tickets.Seal(StoredState.VerifiedTicket)), out var plain));

        Assert.Equal(StoredState.VerifiedTicket, tickets.Open(Base64Url.EncodeToString(sealer.Seal("ticket/2", [.. plain, 7, 7])), Purpose.Verification));
        Assert.Null(tickets.Open(Base64Url.EncodeToString(sealer.Seal("ticket/2", [9, .. plain[1..]])), Purpose.Verification));
    }

    /// <summary>Commands, keys and fields, without instants and what is random.</summary>
    private static string Shape(string document)
    {
        var text = new StringBuilder();
        foreach (var command in JsonNode.Parse(document)!["commands"]!.AsArray().Select(static command => command!.AsArray().Select(static word => (string)word!).ToArray()))
        {
            text.Append(command[0]).Append(' ').Append(command[1]);
            var fields = command[0] == "HSET" ? command.Skip(2).Where(static (_, i) => i % 2 == 0) : [];
            text.AppendJoin("", fields.Select(static field => " " + Instant().Replace(field, "T")).Distinct().Order(StringComparer.Ordinal)).Append('\n');
        }

        return text.ToString();
    }

    [GeneratedRegex("[0-9]{6,}(?=(:|$))")]
    private static partial Regex Instant();

    private sealed class CodeMails : IOutboxResolver
    {
        public string Kind => "recovery-code";

        public ValueTask<Resolution> ResolveAsync(OutboxEntry entry, CancellationToken cancellationToken)
        {
            var parts = Encoding.UTF8.GetString(entry.Payload.Span).Split('\n');
            return new(new Resolution.Send(MailSamples.Letter(parts[2], parts[1])));
        }
    }
}
