using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>The order of relays, and what opens and closes a breaker.</summary>
public sealed class RelaysTests : IDisposable
{
    private static readonly SmtpOptions First = FakeRelay.Smtp;
    private static readonly SmtpOptions Second = FakeRelay.Smtp with { Name = "backup", Path = "mail.relays[0]", Server = "backup.test" };

    private readonly WatchedTime _time = new();
    private readonly CapturingLogger<Relays> _log = new();
    private readonly List<RelayRoute> _routes = [];
    private readonly Dictionary<string, List<string>> _asked = new() { ["default"] = [], ["backup"] = [] };

    public void Dispose()
    {
        foreach (var route in _routes)
        {
            route.Relay.Dispose();
            route.Breaker.Dispose();
        }
    }

    [Fact]
    public async Task Send_BothUp_TheFirstHasIt()
    {
        var message = Message();

        Assert.Null(await New(null, null).SendAsync(message, default));

        Assert.Equal((1, 0), (_asked["default"].Count, _asked["backup"].Count));
        Assert.Equal("default", message.Trail.Relay);
        Assert.Empty(message.Trail.Passed);
    }

    [Theory]
    [InlineData(RelayTrouble.Refused, false)]
    [InlineData(RelayTrouble.Silent, false)]
    [InlineData(RelayTrouble.TlsFailed, false)]
    [InlineData(RelayTrouble.LoginRejected, false)]
    [InlineData(RelayTrouble.Busy, true)]
    [InlineData(RelayTrouble.SenderRefused, true)]
    [InlineData(RelayTrouble.RelayingDenied, true)]
    [InlineData(RelayTrouble.LoginRequired, true)]
    [InlineData(RelayTrouble.NoSmtpUtf8, true)]
    internal async Task Send_FirstDoesNotTakeIt_TheSecondDoesInTheSameAttempt(RelayTrouble trouble, bool staysUp)
    {
        var message = Message();

        Assert.Null(await New(trouble, null).SendAsync(message, default));

        Assert.Equal((1, 1), (_asked["default"].Count, _asked["backup"].Count));
        Assert.Equal("backup", message.Trail.Relay);
        var passed = Assert.Single(message.Trail.Passed);
        Assert.Equal(("default", trouble), (passed.Relay, passed.Failure.Trouble));
        Assert.Equal((staysUp, true), (_routes[0].Breaker.CanDeliver, _routes[1].Breaker.CanDeliver));
    }

    [Theory]
    [InlineData(RelayTrouble.Interrupted)]
    [InlineData(RelayTrouble.Slow)]
    [InlineData(RelayTrouble.RecipientRefused)]
    [InlineData(RelayTrouble.MessageRefused)]
    [InlineData(RelayTrouble.NotAnAddress)]
    internal async Task Send_TakenPerhapsOrRefusedForGood_NeverReachesTheSecond(RelayTrouble trouble)
    {
        var failure = await New(trouble, null).SendAsync(Message(), default);

        Assert.Equal((trouble, 0), (failure?.Trouble, _asked["backup"].Count));
    }

    [Theory]
    [InlineData(RelayTrouble.Interrupted)]
    [InlineData(RelayTrouble.Slow)]
    internal async Task Send_BrokenBeforeTheText_ReachesTheSecond(RelayTrouble trouble)
    {
        var relays = Over(FakeRelay.Failure(trouble) with { MayHaveBeenTaken = false }, null);

        Assert.Null(await relays.SendAsync(Message(), default));
    }

    [Fact]
    public async Task Send_FirstKnownDown_IsNotAsked()
    {
        var relays = New(RelayTrouble.Refused, null);
        await relays.SendAsync(Message(), default);
        var message = Message();

        Assert.Null(await relays.SendAsync(message, default));

        Assert.Equal((1, 2), (_asked["default"].Count, _asked["backup"].Count));
        Assert.Empty(message.Trail.Passed);
    }

    [Theory]
    [InlineData(RelayTrouble.Refused, RelayTrouble.Refused, RelayTrouble.Refused, "default", false)]
    [InlineData(RelayTrouble.Busy, RelayTrouble.Refused, RelayTrouble.Busy, "default", true)]
    [InlineData(RelayTrouble.Refused, RelayTrouble.Busy, RelayTrouble.Busy, "backup", true)]
    [InlineData(RelayTrouble.SenderRefused, RelayTrouble.Refused, RelayTrouble.Refused, "backup", true)]
    [InlineData(RelayTrouble.Refused, RelayTrouble.SenderRefused, RelayTrouble.Refused, "default", true)]
    [InlineData(RelayTrouble.Busy, RelayTrouble.RecipientRefused, RelayTrouble.RecipientRefused, "backup", true)]
    [InlineData(RelayTrouble.NoSmtpUtf8, RelayTrouble.NoSmtpUtf8, RelayTrouble.NoSmtpUtf8, "default", false)]
    internal async Task Send_BothFail_TheFailureThatLeavesHopeCounts(RelayTrouble first, RelayTrouble second, RelayTrouble told, string relay, bool offered)
    {
        var failure = await New(first, second).SendAsync(Message(), default);

        Assert.Equal((told, relay, offered), (failure?.Trouble, failure?.Relay, failure?.MayHaveOffered));
    }

    [Fact]
    public async Task Send_PassedOver_IsLoggedWithItsOwnKeyAndWithoutTheRecipient()
    {
        await New(RelayTrouble.SenderRefused, null).SendAsync(Message(), default);

        var line = string.Join(' ', Assert.Single(_log.Events).Values);
        Assert.Contains("default", line, StringComparison.Ordinal);
        Assert.Contains("smtp.mail_default_sender", line, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Hint_OfAFurtherRelay_NamesItsOwnKeys()
    {
        foreach (var trouble in Enum.GetValues<RelayTrouble>())
        {
            var hint = RelayFailure.Of(trouble, Second, new()).Hint;
            Assert.DoesNotContain("smtp.mail_", hint, StringComparison.Ordinal);
        }

        Assert.Contains("mail.relays[0].mail_port", RelayFailure.Of(RelayTrouble.Refused, Second, new()).Hint, StringComparison.Ordinal);
        Assert.Contains("mail.connect_timeout", RelayFailure.Of(RelayTrouble.Unreachable, Second, new()).Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_OneOfTwoDown_MailGoesOutAndTheReportNamesBoth()
    {
        var relays = New(RelayTrouble.LoginRejected, null);
        using var health = new RelayHealth([.. _routes.Select(static route => route.Breaker)], NullLogger<RelayHealth>.Instance);
        var recovered = 0;
        health.Recovered += () => recovered++;

        await relays.SendAsync(Message(), default);
        _routes[1].Breaker.Up();

        Assert.True(health.CanDeliver);
        Assert.Matches("^default: .*mail_password.*; backup: up$", health.Detail);

        _routes[1].Breaker.Report(RelayFailure.Of(RelayTrouble.Refused, Second, new()));
        Assert.False(health.CanDeliver);
        Assert.Equal(0, recovered);
        _routes[1].Breaker.Up();
        _routes[0].Breaker.Up();
        Assert.Equal(1, recovered);
    }

    [Fact]
    public void Health_ReportOfADelivery_CountsForTheRelayItNames()
    {
        New(null, null);
        using var health = new RelayHealth([.. _routes.Select(static route => route.Breaker)], NullLogger<RelayHealth>.Instance);

        health.Report(RelayFailure.Of(RelayTrouble.Refused, Second, new()));

        Assert.Equal((true, false), (_routes[0].Breaker.CanDeliver, _routes[1].Breaker.CanDeliver));
    }

    [Fact]
    public async Task Breaker_MailThatTookTooLong_IsLookedAtAtOnce()
    {
        var looks = new FakeRelay();
        using var breaker = new RelayBreaker("default", true, token => looks.SendAsync(Message(), token), _time, NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var running = breaker.RunAsync(stop.Token);
        (await looks.NextAsync()).Take();

        breaker.Report(FakeRelay.Failure(RelayTrouble.Slow));
        Assert.True(breaker.CanDeliver);
        (await looks.NextAsync()).Fail(RelayTrouble.Silent);
        await _time.WaitBegunAsync(TimeSpan.FromSeconds(2));

        Assert.False(breaker.CanDeliver);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static Message Message() => new("alice@acme.io", "s", "t", "h");

    private Relays New(RelayTrouble? first, RelayTrouble? second) => Over(
        first is null ? null : RelayFailure.Of(first.Value, First, new()), second is null ? null : RelayFailure.Of(second.Value, Second, new()));

    private Relays Over(RelayFailure? first, RelayFailure? second)
    {
        foreach (var (smtp, failure) in new[] { (First, first), (Second, second) })
        {
            _routes.Add(new(
                new SmtpRelay(smtp, new(), _time),
                new RelayBreaker(smtp.Name, true, static _ => Task.FromResult<RelayFailure?>(null), _time, NullLogger.Instance),
                (message, _) =>
                {
                    _asked[smtp.Name].Add(message.To);
                    return Task.FromResult(failure);
                }));
        }

        return new(_routes, _time, _log);
    }
}
