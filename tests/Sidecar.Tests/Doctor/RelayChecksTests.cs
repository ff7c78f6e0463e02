using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sidecar.Doctor;
using Sidecar.Mail;
using Sidecar.Tests.Mail;

namespace Sidecar.Tests.Doctor;

/// <summary>Every way a relay fails: the step it shows at, the hint, and that what lies behind is skipped and what lies before is well.</summary>
public sealed class RelayChecksTests
{
    private const string Hello = "S: 220 relay ESMTP\nC: EHLO\nS: 250-relay\nS: 250 ENHANCEDSTATUSCODES\n";
    private const string HelloWithStartTls = "S: 220 relay ESMTP\nC: EHLO\nS: 250-relay\nS: 250 STARTTLS\nC: STARTTLS\n";
    private const string HelloWithLogin = "S: 220 relay ESMTP\nC: EHLO\nS: 250-relay\nS: 250 AUTH PLAIN\nC: AUTH PLAIN\n";
    private const string Offered = "C: MAIL FROM\nS: 250 ok\nC: RSET\nS: 250 ok\n";
    private const string Secret = "hunter2-secret";

    private static readonly MailOptions Patient = new() { ConnectTimeout = TimeSpan.FromSeconds(30), CommandTimeout = TimeSpan.FromSeconds(30) };
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(400);

    public static TheoryData<string, string, string, string> Dialogues => new()
    {
        { "none", "S: 554 5.7.1 no service for you\nsilence", "greeting", "turns the connection away" },
        { "none", "", "greeting", "mail_port" },
        { "none", "S: HTTP/1.1 400 Bad Request", "greeting", "does not speak SMTP" },
        { "none", "silence", "greeting", "mail_use_ssl: true" },
        { "starttls", "silence", "greeting", "mail_use_ssl: true" },
        { "ssl", "silence", "tls", "mail_use_tls: true" },
        { "ssl", "S: 220 relay ESMTP\nsilence", "tls", "mail_use_tls: true" },
        { "starttls", Hello + "silence", "tls", "offers no STARTTLS" },
        { "starttls", HelloWithStartTls, "tls", "does not get through it" },
        { "starttls", HelloWithStartTls + "S: 454 4.7.0 TLS not available\nsilence", "tls", "does not get through it" },
        { "starttls", HelloWithStartTls + "silence", "tls", "does not get through it" },
        { "starttls", HelloWithStartTls + "S: 220 go\nsilence", "tls", "does not get through it" },
        { "login", Hello + "silence", "login", "offers no login" },
        { "login", HelloWithLogin + "S: 535 5.7.8 Error: authentication failed\nsilence", "login", "check smtp.mail_username and smtp.mail_password" },
        { "login", HelloWithLogin + "S: 534-5.7.9 Application-specific password required. For more information, go to\nS: 534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor x - gsmtp\nsilence", "login", "app password" },
        { "login", HelloWithLogin + "S: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.\nsilence", "login", "SMTP AUTH is off for the whole organisation" },
        { "login", HelloWithLogin + "S: 535 5.7.139 Authentication unsuccessful, basic authentication is disabled.\nsilence", "login", "microsoft365-oauth2.yaml" },
        { "login", HelloWithLogin + "S: 535 Authentication Credentials Invalid\nsilence", "login", "amazon-ses.yaml" },
        { "login", HelloWithLogin + "S: 454 4.7.0 Too many login attempts, please try again later.\nsilence", "login", "too many logins" },
        { "login", HelloWithLogin + "S: 454 4.7.0 Temporary authentication failure\nsilence", "login", "wait" },
        { "login", HelloWithLogin + "silence", "login", "cannot check logins" },
        { "login", HelloWithLogin, "login", "hung up" },
        { "none", Hello + "C: MAIL FROM\nS: 530 5.7.57 Client not authenticated to send mail.\nsilence", "sender", "Microsoft sends nothing without a login" },
        { "none", Hello + "C: MAIL FROM\nS: 530 5.7.0 Must issue a STARTTLS command first.\nsilence", "sender", "mail_use_tls: true" },
        { "none", Hello + "C: MAIL FROM\nS: 553 5.7.1 noreply@acme.io: not yours\nsilence", "sender", "mail_default_sender" },
        { "none", Hello + "C: MAIL FROM\nS: 451 4.3.0 later\nsilence", "sender", "come back later" },
        { "none", Hello + "C: MAIL FROM", "sender", "broke off" },
        { "none", Hello + Offered + "C: MAIL FROM\nS: 250 ok\nC: RCPT TO\nS: 550 5.1.1 <alice@acme.io> unknown\nC: RSET\nS: 250 ok\nsilence", "test mail", "refuses this recipient" },
        { "none", Hello + Offered + "C: MAIL FROM\nS: 250 ok\nC: RCPT TO\nS: 250 ok\nC: DATA\nS: 354 go\n", "test mail", "broke off" },
    };

    [Theory]
    [MemberData(nameof(Dialogues))]
    public async Task Run_FaultyRelay_FailsAtTheStepWithItsHint(string mode, string dialogue, string step, string hint)
    {
        await using var server = new FaultySmtpServer(dialogue);
        // Short only where the time-out is the point, so that a slow machine sees no other.
        var isSilent = dialogue is "silence" or HelloWithLogin + "silence" or HelloWithStartTls + "silence" or HelloWithStartTls + "S: 220 go\nsilence";
        var mail = !isSilent ? Patient : step == "login" ? Patient with { CommandTimeout = Short } : Patient with { ConnectTimeout = Short };

        var results = await RunAsync(Settings(mode, server.Port), mail);

        Fails(results, step, hint);
        Assert.Empty(server.Unexpected);
    }

    [Theory]
    [InlineData("127.0.0.1", -1, 1, "mail.ca")]
    [InlineData("other.acme.io", -1, 1, "another name")]
    [InlineData("127.0.0.1", -3, -1, "renew")]
    public async Task Run_BadCertificate_FailsAtTls(string name, int from, int to, string hint)
    {
        using var certificate = SelfSigned(name, from, to);
        await using var server = new FaultySmtpServer("tls\n" + Hello + "silence", certificate);

        Fails(await RunAsync(Settings("ssl", server.Port), Patient), "tls", hint);
    }

    [Theory]
    [InlineData(5, "warning")]
    [InlineData(90, "ok")]
    public async Task Run_CertificateThatEndsSoon_IsAWarning(int days, string status)
    {
        using var certificate = SelfSigned("127.0.0.1", -1, days);
        await using var server = new FaultySmtpServer("tls\n" + Hello + Offered + "C: QUIT\nS: 221 bye", certificate);

        var results = await RunAsync(Settings("ssl", server.Port), Patient with { ExtraAuthorities = [certificate] }, sendTo: null);

        Assert.Equal(status, results.Single(static result => result.Name == "tls").Status.ToString().ToLowerInvariant());
        Assert.DoesNotContain(results, static result => result.Status == CheckStatus.Failed);
    }

    [Fact]
    public async Task Run_SilentWithinTls_IsSlowAndNotBroken()
    {
        using var certificate = SelfSigned("127.0.0.1", -1, 90);
        await using var server = new FaultySmtpServer("tls\n" + Hello + Offered + "C: MAIL FROM\nS: 250 ok\nC: RCPT TO\nsilence", certificate);

        Fails(await RunAsync(Settings("ssl", server.Port), Patient with { ExtraAuthorities = [certificate], CommandTimeout = TimeSpan.FromSeconds(1) }), "test mail", "mail.command_timeout");
    }

    [Fact]
    public async Task Run_NobodyListens_FailsAtTheConnection()
    {
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        Fails(await RunAsync(Settings("none", ((IPEndPoint)taken.LocalEndPoint!).Port), Patient), "connection", "nothing listens");
    }

    [Fact]
    public async Task Run_PortClosedOff_FailsAtTheConnection()
    {
        // A full backlog swallows further connections, as a firewall does.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        using var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await first.ConnectAsync(listener.LocalEndPoint!);

        Fails(await RunAsync(Settings("none", ((IPEndPoint)listener.LocalEndPoint!).Port), Patient with { ConnectTimeout = Short }), "connection", "firewall");
    }

    [Fact]
    public async Task Run_NameUnknown_FailsAtTheName() =>
        Fails(await RunAsync(Settings("none", 25) with { Server = "no-such-relay.invalid" }, Patient), "name", "does not resolve");

    [Fact]
    public async Task Run_ReservedRecipient_IsNotMailed()
    {
        await using var server = new FaultySmtpServer(Hello + Offered + "C: QUIT\nS: 221 bye");

        var results = await RunAsync(Settings("none", server.Port), Patient, "alice@example.com");

        Assert.Equal(CheckStatus.Failed, results.Single(static result => result.Name == "test mail").Status);
        Assert.DoesNotContain(server.Heard, static line => line.StartsWith("RCPT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_Interrupted_ClosesTheList()
    {
        await using var server = new FaultySmtpServer("silence");
        using var stop = new CancellationTokenSource();
        var sheet = new CheckSheet(TimeProvider.System, result =>
        {
            if (result.Name == "connection" && result.Target.StartsWith("relay", StringComparison.Ordinal))
            {
                stop.Cancel();
            }
        });

        await new Examination(Patients.Of(Settings("none", server.Port), Patient), sheet).RunAsync(stop.Token);

        Assert.Equal(("run", CheckStatus.Failed), (sheet.Results[^1].Name, sheet.Results[^1].Status));
    }

    private static void Fails(IReadOnlyList<CheckResult> results, string step, string hint)
    {
        var failed = Assert.Single(results, static result => result.Status == CheckStatus.Failed);
        Assert.Equal(step, failed.Name);
        Assert.Contains(hint, failed.Finding.Hint, StringComparison.Ordinal);
        Assert.All(results.SkipWhile(result => result != failed).Skip(1), static result => Assert.Equal(CheckStatus.Skipped, result.Status));
        Assert.All(results.TakeWhile(result => result != failed), static result => Assert.True(result.Status is CheckStatus.Ok or CheckStatus.Skipped, result.ToString()));
        Assert.Equal("test mail", results[^1].Name);
        Assert.All(results, static result => Assert.DoesNotContain("@acme.io", $"{result.Finding.Detail}{result.Finding.Hint}", StringComparison.Ordinal));
        Assert.All(results, static result => Assert.DoesNotContain(Secret, $"{result.Finding.Detail}{result.Finding.Hint}", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<CheckResult>> RunAsync(SmtpOptions smtp, MailOptions mail, string? sendTo = "alice@acme.io")
    {
        var sheet = new CheckSheet(TimeProvider.System, static _ => { });
        var transcripts = new List<(string Relay, IReadOnlyList<string> Lines)>();
        await new RelayChecks(Patients.Of(smtp, mail, sendTo), smtp, sheet, transcripts).RunAsync(TestContext.Current.CancellationToken);
        Assert.All(transcripts.SelectMany(static entry => entry.Lines), static line => Assert.DoesNotContain("alice", line, StringComparison.Ordinal));
        return sheet.Results;
    }

    private static SmtpOptions Settings(string mode, int port) => new()
    {
        Server = "127.0.0.1",
        Port = port,
        FromName = "Acme",
        FromAddress = "noreply@acme.io",
        Username = mode == "login" ? "bot" : "",
        Password = mode == "login" ? Secret : "",
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
