using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>Every way a relay fails, and the line that says what to change.</summary>
public sealed class SmtpRelayFaultTests
{
    private const string Hello = "S: 220 relay ESMTP\nC: EHLO\nS: 250-relay\nS: 250 ENHANCEDSTATUSCODES\n";
    private const string HelloWithLogin = "S: 220 relay ESMTP\nC: EHLO\nS: 250-relay\nS: 250 AUTH PLAIN\nC: AUTH PLAIN\n";
    private const string Reset = "\nC: RSET\nS: 250 ok\nsilence";
    private const string Recipient = "alice@acme.io";

    private static readonly MailOptions Patient = new() { ConnectTimeout = TimeSpan.FromSeconds(30), CommandTimeout = TimeSpan.FromSeconds(30) };
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    public static TheoryData<string, string, string, string, string, string> Dialogues => new()
    {
        { "greeting refused", "none", "S: 554 5.7.1 no service for you", nameof(RelayTrouble.TurnedAway), "554 5.7.1", "mail_server" },
        { "dropped at once", "none", "", nameof(RelayTrouble.Dropped), "", "mail_port" },
        { "greets without end", "none", string.Concat(Enumerable.Repeat($"S: 220-{new string('x', 900)}\n", 100)) + "silence", nameof(RelayTrouble.Dropped), "", "mail_port" },
        { "dropped after EHLO", "none", "S: 220 relay\nC: EHLO", nameof(RelayTrouble.Dropped), "", "mail_port" },
        { "not SMTP", "none", "S: HTTP/1.1 400 Bad Request", nameof(RelayTrouble.Dropped), "", "mail_port" },
        { "TLS port, clear text", "none", "silence", nameof(RelayTrouble.Silent), "", "mail_use_ssl: true" },
        { "TLS port, STARTTLS", "starttls", "silence", nameof(RelayTrouble.Silent), "", "mail_use_ssl: true" },
        { "silent, TLS", "ssl", "silence", nameof(RelayTrouble.Silent), "", "mail_use_tls: true" },
        { "clear-text port, TLS", "ssl", "S: 220 relay ESMTP\nsilence", nameof(RelayTrouble.TlsFailed), "", "mail_use_tls: true" },
        { "no STARTTLS", "starttls", Hello + "silence", nameof(RelayTrouble.NoStartTls), "", "mail_use_ssl: true" },
        { "STARTTLS refused", "starttls", "S: 220 r\nC: EHLO\nS: 250-r\nS: 250 STARTTLS\nC: STARTTLS\nS: 454 4.7.0 not now\nsilence", nameof(RelayTrouble.TlsFailed), "454 4.7.0", "offers STARTTLS" },
        { "dropped in STARTTLS", "starttls", "S: 220 r\nC: EHLO\nS: 250-r\nS: 250 STARTTLS\nC: STARTTLS", nameof(RelayTrouble.TlsFailed), "", "offers STARTTLS" },
        { "dropped in login", "login", HelloWithLogin, nameof(RelayTrouble.LoginUnavailable), "", "hung up over one" },
        { "busy at the greeting", "none", "S: 421 4.3.2 busy", nameof(RelayTrouble.TurnedAway), "421 4.3.2", "for the moment" },
        { "no login", "login", Hello + "silence", nameof(RelayTrouble.NoLogin), "", "mail_username" },
        { "login rejected", "login", HelloWithLogin + "S: 535 5.7.8 bad credentials for bot\nsilence", nameof(RelayTrouble.LoginRejected), "535", "mail_password" },
        { "login busy", "login", HelloWithLogin + "S: 454 4.7.0 try later\nsilence", nameof(RelayTrouble.LoginUnavailable), "454", "wait" },
        { "login slow", "login", HelloWithLogin + "silence", nameof(RelayTrouble.LoginUnavailable), "", "wait" },
        { "login wanted", "none", Hello + "C: MAIL FROM\nS: 530 5.7.0 authentication required" + Reset, nameof(RelayTrouble.LoginRequired), "530", "mail_username" },
        { "sender refused", "none", Hello + "C: MAIL FROM\nS: 553 5.7.1 not yours" + Reset, nameof(RelayTrouble.SenderRefused), "553", "mail_default_sender" },
        { "recipient refused", "none", Hello + "C: MAIL FROM\nS: 250 ok\nC: RCPT TO\nS: 550 5.1.1 <alice@acme.io> unknown" + Reset, nameof(RelayTrouble.RecipientRefused), "550 5.1.1", "refuses this recipient" },
        { "relaying denied", "none", Hello + "C: MAIL FROM\nS: 250 ok\nC: RCPT TO\nS: 554 5.7.1 <alice@acme.io> denied" + Reset, nameof(RelayTrouble.RelayingDenied), "554 5.7.1", "mail_username" },
        { "recipient later", "none", Hello + "C: MAIL FROM\nS: 250 ok\nC: RCPT TO\nS: 450 4.2.0 <alice@acme.io> greylisted" + Reset, nameof(RelayTrouble.Busy), "450 4.2.0", "later" },
        { "message refused", "none", Hello + "C: MAIL FROM\nS: 250 ok\nC: RCPT TO\nS: 250 ok\nC: DATA\nS: 554 5.6.0 spam" + Reset, nameof(RelayTrouble.MessageRefused), "554 5.6.0", "mail.templates" },
        { "slow DATA", "none", Hello + "C: MAIL FROM\nS: 250 ok\nC: RCPT TO\nS: 250 ok\nC: DATA\nsilence", nameof(RelayTrouble.Slow), "", "mail.command_timeout" },
        { "dropped in DATA", "none", Hello + "C: MAIL FROM\nS: 250 ok\nC: RCPT TO\nS: 250 ok\nC: DATA", nameof(RelayTrouble.Interrupted), "", "broke off" },
    };

    [Theory]
    [MemberData(nameof(Dialogues))]
    public async Task Send_FaultyDialogue_SaysWhatToChange(string name, string mode, string dialogue, string trouble, string status, string hint)
    {
        await using var server = new FaultySmtpServer(dialogue);
        var start = Stopwatch.GetTimestamp();
        // Short only where the time-out is the point, so that a slow machine sees no other.
        var mail = dialogue.EndsWith("silence", StringComparison.Ordinal) && status.Length == 0 && trouble != nameof(RelayTrouble.Dropped)
            ? trouble == nameof(RelayTrouble.Silent) ? Patient with { ConnectTimeout = Short } : Patient with { CommandTimeout = Short }
            : Patient;

        var failure = await SendAsync(Settings(mode, server.Port), mail);

        Assert.NotNull(failure);
        Assert.Equal((name, trouble), (name, failure.Trouble.ToString()));
        Assert.StartsWith(status, failure.Status, StringComparison.Ordinal);
        Assert.Contains(hint, failure.Line, StringComparison.Ordinal);
        Assert.DoesNotContain(Recipient, failure.Line, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.Line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Line);
        Assert.Empty(server.Unexpected);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Send_NotConfirmedAfterTheRecipient_NeverGivesTheText()
    {
        await using var server = new FaultySmtpServer(Hello + "C: MAIL FROM\nS: 250 ok\nC: RCPT TO\nS: 250 ok\nsilence");
        using var lost = new CancellationTokenSource();
        var message = new Message(Recipient, "Subject", "text", "<p>html</p>")
        {
            Confirm = () =>
            {
                lost.Cancel();
                throw new OperationCanceledException(lost.Token);
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new SmtpRelay(Settings("none", server.Port), Patient, TimeProvider.System).SendAsync(message, lost.Token));

        Assert.Contains(server.Heard, static line => line.StartsWith("RCPT TO", StringComparison.Ordinal));
        Assert.DoesNotContain("DATA", server.Heard);
    }

    [Fact]
    public async Task Send_NoStartTlsOffered_SaysNothingInClearText()
    {
        await using var server = new FaultySmtpServer(Hello + "silence");

        await SendAsync(Settings("starttls", server.Port) with { Username = "bot", Password = "hunter2" });

        Assert.DoesNotContain(server.Heard, static line => line.StartsWith("AUTH", StringComparison.Ordinal) || line.StartsWith("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_LoginRejected_IsTriedOnceAndByOneMechanism()
    {
        await using var server = new FaultySmtpServer(
            "S: 220 r\nC: EHLO [127.0.0.1]\nS: 250-r\nS: 250 AUTH SCRAM-SHA-256 NTLM LOGIN PLAIN CRAM-MD5\nC: AUTH SCRAM-SHA-256\nS: 535 5.7.8 no\nC: AUTH\nS: 535 5.7.8 no\nsilence");

        await FailsAsync(Settings("login", server.Port), RelayTrouble.LoginRejected, "mail_password");

        Assert.Single(server.Heard, static line => line.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.Empty(server.Unexpected);
    }

    [Fact]
    public async Task Send_NothingListens_Refused()
    {
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        await FailsAsync(Settings("none", ((IPEndPoint)taken.LocalEndPoint!).Port), RelayTrouble.Refused, "mail_port");
    }

    [Fact]
    public Task Send_NameUnknown_SaysSo() =>
        FailsAsync(Settings("none", 25) with { Server = "no-such-relay.invalid" }, RelayTrouble.UnknownHost, "mail_server");

    [Fact]
    public async Task Send_PortClosedOff_Unreachable()
    {
        // A full backlog swallows further connections, as a firewall does.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(listener.LocalEndPoint!);

        await FailsAsync(Settings("none", ((IPEndPoint)listener.LocalEndPoint!).Port), RelayTrouble.Unreachable, "firewall", Patient with { ConnectTimeout = Short });
    }

    [Fact]
    public async Task Send_NotConfigured_NamesTheKey() => await FailsAsync(new SmtpOptions(), RelayTrouble.NotConfigured, "smtp.mail_server");

    [Theory]
    [InlineData("a@b.io,c@d.io")]
    [InlineData("a@b.io>\r\nRCPT TO:<c@d.io")]
    [InlineData("")]
    public async Task Send_NotAnAddress_ReachesNoRelay(string to)
    {
        await using var server = new FaultySmtpServer("silence");

        var failure = await new SmtpRelay(Settings("none", server.Port), Patient, TimeProvider.System).SendAsync(new Message(to, "s", "t", "h"), default);

        Assert.Equal((RelayTrouble.NotAnAddress, FailureScope.Permanent), (failure!.Trouble, failure.Scope));
    }

    [Theory]
    [InlineData("127.0.0.1", -1, 1, RelayTrouble.CertificateAuthority, "mail.ca")]
    [InlineData("other.acme.io", -1, 1, RelayTrouble.CertificateName, "mail_server")]
    [InlineData("127.0.0.1", -3, -1, RelayTrouble.CertificateDate, "renew")]
    internal async Task Send_BadCertificate_IsRefusedWithItsReason(string name, int from, int to, RelayTrouble trouble, string hint)
    {
        using var certificate = SelfSigned(name, from, to);
        await using var server = new FaultySmtpServer("tls\n" + Hello + "silence", certificate);

        await FailsAsync(Settings("ssl", server.Port), trouble, hint);
    }

    [Theory]
    [InlineData("127.0.0.1", -1, 1, null)]
    [InlineData("other.acme.io", -1, 1, RelayTrouble.CertificateName)]
    [InlineData("127.0.0.1", -3, -1, RelayTrouble.CertificateDate)]
    internal async Task Probe_TrustedAuthority_StillChecksNameAndDates(string name, int from, int to, RelayTrouble? trouble)
    {
        using var certificate = SelfSigned(name, from, to);
        await using var server = new FaultySmtpServer("tls\n" + Hello + "C: NOOP\nS: 250 ok\nC: QUIT\nS: 221 bye", certificate);
        var mail = Patient with { ExtraAuthorities = [certificate] };

        var failure = await new SmtpRelay(Settings("ssl", server.Port), mail, TimeProvider.System).ProbeAsync(default);

        Assert.Equal(trouble, failure?.Trouble);
    }

    [Fact]
    public async Task Send_StrangersCertificate_IsNotTrustedByAnotherAuthority()
    {
        using var certificate = SelfSigned("127.0.0.1", -1, 1);
        using var other = SelfSigned("127.0.0.1", -1, 1);
        await using var server = new FaultySmtpServer("tls\n" + Hello + "silence", certificate);

        var failure = await new SmtpRelay(Settings("ssl", server.Port), Patient with { ExtraAuthorities = [other] }, TimeProvider.System).ProbeAsync(default);

        Assert.Equal(RelayTrouble.CertificateAuthority, failure?.Trouble);
    }

    [Fact]
    public void Hint_GmailLogin_SpeaksOfAppPasswords() => Assert.Contains(
        "app password",
        RelayFailure.Of(RelayTrouble.LoginRejected, new SmtpOptions { Server = "smtp.gmail.com" }, Patient).Hint,
        StringComparison.Ordinal);

    [Fact]
    public async Task Send_Cancelled_Throws()
    {
        await using var server = new FaultySmtpServer("silence");
        using var stop = new CancellationTokenSource();
        var sending = new SmtpRelay(Settings("none", server.Port), new MailOptions(), TimeProvider.System).SendAsync(new Message(Recipient, "s", "t", "h"), stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    private static async Task FailsAsync(SmtpOptions smtp, RelayTrouble trouble, string hint, MailOptions? mail = null)
    {
        var failure = await SendAsync(smtp, mail);
        Assert.Equal(trouble, failure?.Trouble);
        Assert.Contains(hint, failure!.Line, StringComparison.Ordinal);
    }

    private static Task<RelayFailure?> SendAsync(SmtpOptions smtp, MailOptions? mail = null) =>
        new SmtpRelay(smtp, mail ?? Patient, TimeProvider.System).SendAsync(new Message(Recipient, "Subject", "text", "<p>html</p>"), default);

    private static SmtpOptions Settings(string mode, int port) => new()
    {
        Server = "127.0.0.1",
        Port = port,
        FromName = "Acme",
        FromAddress = "noreply@acme.io",
        Username = mode == "login" ? "bot" : "",
        Password = mode == "login" ? "hunter2" : "",
        Encryption = mode switch
        {
            "ssl" => RelayEncryption.ImplicitTls,
            "starttls" => RelayEncryption.StartTls,
            _ => RelayEncryption.None,
        },
    };

    private static X509Certificate2 SelfSigned(string name, int fromDays, int toDays)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(fromDays), DateTimeOffset.UtcNow.AddDays(toDays));
    }
}
