using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Security.Cryptography.X509Certificates;
using MimeKit;
using Sidecar.Mail;

namespace Sidecar.FunctionalTests.Smtp;

/// <summary>The relay against a real Postfix: each kind of encryption, the login, and what is refused.</summary>
public sealed class SmtpRelayTests(PostfixServer postfix) : IClassFixture<PostfixServer>
{
    private const string Code = "QWMZKTRB";

    [Theory]
    [InlineData("localhost", RelayEncryption.ImplicitTls, "ESMTPSA", true)]
    [InlineData("127.0.0.1", RelayEncryption.ImplicitTls, "ESMTPSA", true)]
    [InlineData("localhost", RelayEncryption.StartTls, "ESMTPSA", true)]
    [InlineData("localhost", RelayEncryption.None, "ESMTP", false)]
    internal async Task Send_AsConfigured_ArrivesExactlySo(string server, RelayEncryption encryption, string protocol, bool login)
    {
        postfix.SkipUnlessRunning();
        var to = $"{Guid.NewGuid():N}@sidecar.test";
        var smtp = Settings(encryption, login ? PostfixServer.Password : "") with { Server = server };

        Assert.Null(await SendAsync(smtp, to));

        var received = (await postfix.MailToAsync(to)).Headers[HeaderId.Received] ?? "";
        Assert.Contains($"with {protocol} ", received, StringComparison.Ordinal);
        Assert.Equal(encryption != RelayEncryption.None, received.Contains("using TLSv1.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_Message_HasBothPartsAndTheHeadersOfAnAutomaton()
    {
        postfix.SkipUnlessRunning();
        var to = $"{Guid.NewGuid():N}@sidecar.test";
        var before = DateTimeOffset.UtcNow.AddSeconds(-2);

        Assert.Null(await SendAsync(Settings(RelayEncryption.ImplicitTls), to));

        var mail = await postfix.MailToAsync(to);
        Assert.Equal("Dein Code für Größe & Söhne", mail.Subject);
        Assert.Equal("\"Größe & Söhne\" <noreply@acme.io>", mail.From.ToString());
        Assert.Equal(to, mail.To.ToString());
        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);
        Assert.EndsWith("@acme.io", mail.MessageId, StringComparison.Ordinal);
        Assert.InRange(mail.Date, before, DateTimeOffset.UtcNow.AddSeconds(2));
        var parts = Assert.IsType<MultipartAlternative>(mail.Body);
        Assert.Equal(["text/plain", "text/html"], parts.Select(static part => part.ContentType.MimeType));
        Assert.Equal($"Grüße\n\n{Code}\n", mail.TextBody?.ReplaceLineEndings("\n"));
        Assert.Equal($"<p>Grüße {Code}</p>\n", mail.HtmlBody?.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData(RelayEncryption.ImplicitTls)]
    [InlineData(RelayEncryption.StartTls)]
    internal async Task Send_OverTls_MeasuresWhenTheRelaysCertificateEnds(RelayEncryption encryption)
    {
        postfix.SkipUnlessRunning();
        var ends = new ConcurrentDictionary<string, double>();
        using var meters = new MeterListener();
        meters.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "sidecar.mail.relay.certificate.end")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        meters.SetMeasurementEventCallback<double>((_, value, tags, _) => ends[(string)tags[0].Value!] = value);
        meters.Start();
        var name = $"of-{encryption}";

        Assert.Null(await SendAsync(Settings(encryption) with { Name = name }, $"{Guid.NewGuid():N}@sidecar.test"));

        meters.RecordObservableInstruments();
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(postfix.CertificateFile);
        Assert.Equal(new DateTimeOffset(certificate.NotAfter.ToUniversalTime()).ToUnixTimeSeconds(), ends[name]);
    }

    [Theory]
    [InlineData(RelayEncryption.ImplicitTls)]
    [InlineData(RelayEncryption.StartTls)]
    internal async Task Send_WrongPassword_IsRejectedAndNamesTheKeys(RelayEncryption encryption)
    {
        postfix.SkipUnlessRunning();

        var failure = await SendAsync(Settings(encryption, "not-the-password"), "alice@sidecar.test");

        Assert.Equal((RelayTrouble.LoginRejected, FailureScope.Relay), (failure!.Trouble, failure.Scope));
        Assert.StartsWith("535", failure.Status, StringComparison.Ordinal);
        Assert.Contains("smtp.mail_username and smtp.mail_password", failure.Line, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-password", failure.Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RelayEncryption.ImplicitTls)]
    [InlineData(RelayEncryption.StartTls)]
    internal async Task Send_UnknownAuthority_IsRefusedAndNamesTheKey(RelayEncryption encryption)
    {
        postfix.SkipUnlessRunning();

        var failure = await SendAsync(Settings(encryption), "alice@sidecar.test", new MailOptions());

        Assert.Equal(RelayTrouble.CertificateAuthority, failure?.Trouble);
        Assert.Contains("mail.ca", failure!.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_StartTlsWhereThereIsNone_IsNeverSentInClearText()
    {
        postfix.SkipUnlessRunning();

        var failure = await SendAsync(Settings(RelayEncryption.StartTls) with { Port = postfix.PlainPort }, "alice@sidecar.test");

        Assert.Equal(RelayTrouble.NoStartTls, failure?.Trouble);
        Assert.Contains("smtp.mail_use_ssl: true", failure!.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_TlsToTheStartTlsPort_NamesTheKey()
    {
        postfix.SkipUnlessRunning();

        var failure = await SendAsync(Settings(RelayEncryption.ImplicitTls) with { Port = postfix.StartTlsPort }, "alice@sidecar.test");

        Assert.Equal(RelayTrouble.TlsFailed, failure?.Trouble);
        Assert.Contains("smtp.mail_use_tls: true", failure!.Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("refused@sidecar.test", RelayTrouble.RecipientRefused, FailureScope.Permanent)]
    [InlineData("later@sidecar.test", RelayTrouble.Busy, FailureScope.Transient)]
    internal async Task Send_RecipientRefused_IsToldWithoutTheAddress(string to, RelayTrouble trouble, FailureScope scope)
    {
        postfix.SkipUnlessRunning();

        var failure = await SendAsync(Settings(RelayEncryption.ImplicitTls), to);

        Assert.Equal((trouble, scope), (failure!.Trouble, failure.Scope));
        Assert.DoesNotContain("sidecar.test", failure.Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RelayEncryption.None, "bob@acme.io")]
    [InlineData(RelayEncryption.StartTls, "alice@sidecar.test")]
    internal async Task Send_WithoutTheLoginItWants_NamesTheKeys(RelayEncryption encryption, string to)
    {
        postfix.SkipUnlessRunning();

        var failure = await SendAsync(Settings(encryption, ""), to);

        Assert.Equal(RelayTrouble.RelayingDenied, failure?.Trouble);
        Assert.Contains("smtp.mail_username", failure!.Line, StringComparison.Ordinal);
    }

    private Task<RelayFailure?> SendAsync(SmtpOptions smtp, string to, MailOptions? mail = null)
    {
        var authority = new X509Certificate2Collection();
        authority.ImportFromPemFile(postfix.AuthorityFile);
        var relay = new SmtpRelay(smtp, mail ?? new MailOptions { ExtraAuthorities = authority }, TimeProvider.System);
        return relay.SendAsync(new Message(to, "Dein Code für Größe & Söhne", $"Grüße\n\n{Code}\n", $"<p>Grüße {Code}</p>\n"), default);
    }

    private SmtpOptions Settings(RelayEncryption encryption, string password = PostfixServer.Password) => new()
    {
        Server = "localhost",
        Port = encryption switch
        {
            RelayEncryption.ImplicitTls => postfix.ImplicitTlsPort,
            RelayEncryption.StartTls => postfix.StartTlsPort,
            _ => postfix.PlainPort,
        },
        Encryption = encryption,
        Username = password.Length > 0 ? PostfixServer.User : "",
        Password = password,
        FromName = "Größe & Söhne",
        FromAddress = "noreply@acme.io",
    };
}
