using Microsoft.Extensions.Time.Testing;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>Connections kept between mails, by a clock turned by hand, over a relay that writes down what it hears.</summary>
public sealed class SmtpPoolTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _time = new();
    private readonly List<SmtpRelay> _senders = [];
    private readonly List<RecordingRelay> _relays = [];

    public async ValueTask DisposeAsync()
    {
        _senders.ForEach(static sender => sender.Dispose());
        foreach (var relay in _relays)
        {
            await relay.DisposeAsync();
        }
    }

    [Fact]
    public async Task Send_TwoMails_ShareOneConnectionAndOneLogin()
    {
        var (relay, sender) = New(capabilities: "AUTH PLAIN");

        Assert.Null(await SendAsync(sender, "a@acme.io"));
        Assert.Null(await SendAsync(sender, "b@acme.io"));

        Assert.Equal((1, 1, 0), (relay.Connections, relay.Count("AUTH"), relay.Count("NOOP")));
        Assert.Equal(["a@acme.io", "b@acme.io"], relay.Taken);
    }

    [Fact]
    public async Task Send_ManyAtOnce_KeepsAsManyAsThereAreSlots()
    {
        var (relay, sender) = New(mail: new MailOptions { Concurrency = 2 });

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 5).Select(i => SendAsync(sender, $"a{i}@acme.io"))), Assert.Null);

        await OpenAsync(relay, 2);
        Assert.Equal(5, relay.Taken.Count);
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(6, 1)]
    public async Task Send_AfterAPause_AsksFirst(int seconds, int asked)
    {
        var (relay, sender) = New();
        await SendAsync(sender, "a@acme.io");

        _time.Advance(TimeSpan.FromSeconds(seconds));
        Assert.Null(await SendAsync(sender, "b@acme.io"));

        Assert.Equal((1, asked), (relay.Connections, relay.Count("NOOP")));
    }

    [Fact]
    public async Task Idle_LongerThanAllowed_IsClosedWithGoodbye()
    {
        var (relay, sender) = New(pool: new() { IdleTimeout = TimeSpan.FromSeconds(30) });
        await SendAsync(sender, "a@acme.io");

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal((1, 0), (relay.Open, relay.Count("QUIT")));
        _time.Advance(TimeSpan.FromSeconds(1));

        await OpenAsync(relay, 0);
        Assert.Equal(1, relay.Count("QUIT"));
    }

    [Fact]
    public async Task Idle_OlderThanAllowed_IsClosedWithGoodbye()
    {
        var (relay, sender) = New(pool: new() { IdleTimeout = TimeSpan.FromMinutes(10), MaxAge = TimeSpan.FromSeconds(30) });
        await SendAsync(sender, "a@acme.io");

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal((1, 0), (relay.Open, relay.Count("QUIT")));
        _time.Advance(TimeSpan.FromSeconds(1));

        await OpenAsync(relay, 0);
        Assert.Equal(1, relay.Count("QUIT"));
    }

    [Fact]
    public async Task Age_InUseAllTheTime_EndsAtMaxAge()
    {
        var (relay, sender) = New(pool: new() { IdleTimeout = TimeSpan.FromMinutes(10), MaxAge = TimeSpan.FromSeconds(12) });
        for (var i = 0; i < 4; i++)
        {
            Assert.Null(await SendAsync(sender, $"a{i}@acme.io"));
            _time.Advance(TimeSpan.FromSeconds(4));
        }

        await OpenAsync(relay, 1);
        Assert.Equal((2, 4, 1), (relay.Connections, relay.Taken.Count, relay.Count("QUIT")));
    }

    [Fact]
    public async Task Messages_AsManyAsAllowed_ThenANewConnection()
    {
        var (relay, sender) = New(pool: new() { MaxMessages = 2 });
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await SendAsync(sender, $"a{i}@acme.io"));
        }

        // The goodbyes of the first two are not waited for.
        await OpenAsync(relay, 1);
        Assert.Equal((3, 2), (relay.Connections, relay.Count("QUIT")));
    }

    /// <summary>The relay answers the pooled connection's next command so; the mail must not notice.</summary>
    [Theory]
    [InlineData("MAIL", RecordingRelay.HangUp)]
    [InlineData("MAIL", "421 4.4.2 idle too long")]
    [InlineData("MAIL", "451 4.7.0 had your share")]
    [InlineData("MAIL", "530 5.7.0 authentication required")]
    [InlineData("RCPT", RecordingRelay.HangUp)]
    [InlineData("RCPT", "421 4.7.0 too many mails on this connection")]
    public async Task Send_PooledConnectionAtItsEnd_TakesANewOneInTheSameAttempt(string command, string answer)
    {
        var mails = 0;
        var (relay, sender) = New((connection, line) =>
            connection == 1 && line.StartsWith("EHLO", StringComparison.Ordinal) ? null
            : connection == 1 && line.StartsWith(command, StringComparison.Ordinal) && ++mails == 2 ? answer : null);

        Assert.Null(await SendAsync(sender, "a@acme.io"));
        Assert.Null(await SendAsync(sender, "b@acme.io"));
        Assert.Null(await SendAsync(sender, "c@acme.io"));

        Assert.Equal((2, 3), (relay.Connections, relay.Taken.Count));
    }

    [Theory]
    [InlineData(RecordingRelay.HangUp, RelayTrouble.Interrupted)]
    [InlineData("451 4.3.0 disk full", RelayTrouble.Busy)]
    internal async Task Send_PooledConnectionBrokenAfterTheText_IsNotSentAgain(string answer, RelayTrouble trouble)
    {
        var texts = 0;
        var (relay, sender) = New((_, line) => line == "." && ++texts == 2 ? answer : null);
        await SendAsync(sender, "a@acme.io");

        var failure = await SendAsync(sender, "b@acme.io");

        Assert.Equal((trouble, trouble == RelayTrouble.Interrupted), (failure?.Trouble, failure?.MayHaveBeenTaken));
        Assert.Equal(1, relay.Connections);
    }

    [Fact]
    public async Task Send_FreshConnectionSays421_IsAFailureAndNotTriedAgain()
    {
        var (relay, sender) = New(static (_, line) => line.StartsWith("MAIL", StringComparison.Ordinal) ? "421 4.7.0 too busy" : null);

        Assert.Equal(RelayTrouble.Busy, (await SendAsync(sender, "a@acme.io"))?.Trouble);
        Assert.Equal((1, true), (relay.Connections, (await SendAsync(sender, "b@acme.io"))?.MayGoElsewhere));
    }

    [Theory]
    [InlineData("550 5.1.1 unknown", RelayTrouble.RecipientRefused)]
    [InlineData("450 4.2.0 greylisted", RelayTrouble.Busy)]
    internal async Task Send_RecipientRefused_ResetsAndKeepsTheConnection(string answer, RelayTrouble trouble)
    {
        var (relay, sender) = New((_, line) => line.StartsWith("RCPT TO:<bad@", StringComparison.Ordinal) ? answer : null, "AUTH PLAIN");

        Assert.Equal(trouble, (await SendAsync(sender, "bad@acme.io"))?.Trouble);
        Assert.Null(await SendAsync(sender, "good@acme.io"));

        Assert.Equal((1, 1), (relay.Connections, relay.Count("RSET")));
        Assert.Equal(["good@acme.io"], relay.Taken);
    }

    [Fact]
    public async Task Send_RelayRestarted_NoMailFails()
    {
        var (relay, sender) = New(mail: new MailOptions { Concurrency = 4 });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => SendAsync(sender, $"a{i}@acme.io")));

        relay.Stop();
        relay.Start();

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(i => SendAsync(sender, $"b{i}@acme.io"))), Assert.Null);
        Assert.Equal(12, relay.Taken.Count);
    }

    [Fact]
    public async Task Send_ConnectionThatAFirewallForgot_CostsASmallPartOfTheTimeOut()
    {
        var (relay, sender) = New(static (_, line) => line == "NOOP" ? RecordingRelay.Silence : null);
        await SendAsync(sender, "a@acme.io");
        _time.Advance(TimeSpan.FromSeconds(10));

        var sending = SendAsync(sender, "b@acme.io");
        await UntilAsync(() => relay.Count("NOOP") > 0);

        _time.Advance(TimeSpan.FromSeconds(2));
        // The client library's own time-out, on the real clock, is twice as long.
        Assert.Null(await sending.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal(2, relay.Connections);
    }

    [Fact]
    public async Task Send_Cancelled_LeavesNoConnectionInThePool()
    {
        var (relay, sender) = New(static (connection, line) => connection == 1 && line == "DATA" ? RecordingRelay.Silence : null);
        using var stop = new CancellationTokenSource();
        var sending = sender.SendAsync(new Message("a@acme.io", "s", "t", "h"), stop.Token);
        await UntilAsync(() => relay.Count("DATA") > 0);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(Patience));
        await OpenAsync(relay, 0);

        Assert.Null(await SendAsync(sender, "b@acme.io"));
        Assert.Equal(2, relay.Connections);
    }

    [Fact]
    public async Task Probe_WithAPooledConnection_DialsAnew()
    {
        var (relay, sender) = New();
        await SendAsync(sender, "a@acme.io");
        Assert.Null(await sender.ProbeAsync(default).WaitAsync(Patience));
        Assert.Equal(2, relay.Connections);
    }

    /// <summary>A relay that takes no mail from this sender takes none at all, and operators hear of it before anybody asks for a code.</summary>
    [Theory]
    [InlineData("553 5.7.1 not from you", "SenderRefused")]
    [InlineData("530 5.7.0 log in first", "LoginRequired")]
    public async Task Probe_SenderRefused_CountsAgainstTheRelay(string says, string trouble)
    {
        var refuses = true;
        var (relay, sender) = New((_, line) => refuses && line.StartsWith("MAIL FROM", StringComparison.Ordinal) ? says : null);

        var failure = await sender.ProbeAsync(default).WaitAsync(Patience);
        refuses = false;

        Assert.Equal((trouble, FailureScope.Relay), (failure?.Trouble.ToString(), failure?.Scope));
        Assert.Null(await sender.ProbeAsync(default).WaitAsync(Patience));
        Assert.Equal(0, relay.Count("RCPT TO:"));
    }

    [Fact]
    public async Task Close_IdleConnections_GetAGoodbyeAndLaterOnesAreNotKept()
    {
        var (relay, sender) = New();
        await Task.WhenAll(SendAsync(sender, "a@acme.io"), SendAsync(sender, "b@acme.io"));

        await sender.CloseAsync().WaitAsync(Patience);
        await OpenAsync(relay, 0);
        Assert.Equal(relay.Connections, relay.Count("QUIT"));

        Assert.Null(await SendAsync(sender, "c@acme.io"));
        await OpenAsync(relay, 0);
    }

    private static Task<RelayFailure?> SendAsync(SmtpRelay sender, string to) => sender.SendAsync(new Message(to, "s", "t", "h"), default).WaitAsync(Patience);

    /// <summary>Waits until so many connections are open; how soon a relay hears of a closed one is the system's business.</summary>
    private static Task OpenAsync(RecordingRelay relay, int count) => UntilAsync(() => relay.Open == count);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private (RecordingRelay Relay, SmtpRelay Sender) New(Func<int, string, string?>? answer = null, string? capabilities = null, SmtpPoolOptions? pool = null, MailOptions? mail = null)
    {
        var relay = new RecordingRelay(answer, capabilities is null ? [] : [capabilities]);
        var smtp = FakeRelay.Smtp with
        {
            Server = "127.0.0.1",
            Port = relay.Port,
            Encryption = RelayEncryption.None,
            Username = capabilities is null ? "" : "bot",
            Password = capabilities is null ? "" : "hunter2",
        };
        var sender = new SmtpRelay(smtp, (mail ?? new()) with { Pool = pool ?? new() }, _time);
        _relays.Add(relay);
        _senders.Add(sender);
        return (relay, sender);
    }
}
