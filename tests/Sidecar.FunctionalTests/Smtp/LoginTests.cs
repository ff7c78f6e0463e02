using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MimeKit;
using Sidecar.Mail;

namespace Sidecar.FunctionalTests.Smtp;

/// <summary>Every kind of password login at a real Postfix that offers that one alone, and how the client names itself.</summary>
public sealed class LoginTests(PostfixServer postfix) : IClassFixture<PostfixServer>
{
    [Theory]
    [InlineData("plain")]
    [InlineData("login")]
    [InlineData("scram1")]
    [InlineData("scram256")]
    [InlineData("scrams")]
    public async Task Send_OnlyThatLoginOffered_IsUsed(string name)
    {
        postfix.SkipUnlessRunning();
        var to = $"{Guid.NewGuid():N}@sidecar.test";

        Assert.Null(await SendAsync(Settings(postfix.LoginPort(name)), to));

        Assert.Contains("with ESMTPSA ", (await postfix.MailToAsync(to)).Headers[HeaderId.Received], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("login")]
    [InlineData("scram256")]
    public async Task Send_WrongPassword_IsRejected(string name)
    {
        postfix.SkipUnlessRunning();

        var failure = await SendAsync(Settings(postfix.LoginPort(name)) with { Password = "not-the-password" }, "alice@sidecar.test");

        Assert.Equal(RelayTrouble.LoginRejected, failure?.Trouble);
    }

    [Theory]
    [InlineData("", "[127.0.0.1]")]
    [InlineData("sidecar.acme.io", "sidecar.acme.io")]
    public async Task Send_EhloName_IsHowTheRelayKnowsTheClient(string configured, string heard)
    {
        postfix.SkipUnlessRunning();
        var to = $"{Guid.NewGuid():N}@sidecar.test";

        Assert.Null(await SendAsync(Settings(postfix.LoginPort("plain")), to, new MailOptions { EhloName = configured }));

        Assert.StartsWith($"from {heard} ", (await postfix.MailToAsync(to)).Headers[HeaderId.Received], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12 | SslProtocols.Tls13, null)]
    [InlineData(SslProtocols.Tls13, RelayTrouble.TlsFailed)]
    internal async Task Probe_RelayKnowsOnlyTls12_IsTakenUnlessMoreIsWanted(SslProtocols protocols, RelayTrouble? trouble)
    {
        postfix.SkipUnlessRunning();
        var smtp = Settings(postfix.OldTlsPort) with { Encryption = RelayEncryption.ImplicitTls, Username = "", Password = "" };

        var failure = await Relay(smtp, new MailOptions { TlsProtocols = protocols }).ProbeAsync(default);

        Assert.Equal(trouble, failure?.Trouble);
        Assert.True(failure is null || failure.Line.Contains("mail.min_tls", StringComparison.Ordinal));
    }

    private Task<RelayFailure?> SendAsync(SmtpOptions smtp, string to, MailOptions? mail = null) =>
        Relay(smtp, mail ?? new MailOptions()).SendAsync(new Message(to, "Code", "text", "<p>html</p>"), default);

    private SmtpRelay Relay(SmtpOptions smtp, MailOptions mail)
    {
        var authority = new X509Certificate2Collection();
        authority.ImportFromPemFile(postfix.AuthorityFile);
        return new SmtpRelay(smtp, mail with { ExtraAuthorities = authority }, TimeProvider.System);
    }

    private static SmtpOptions Settings(int port) => new()
    {
        Server = "localhost",
        Port = port,
        Encryption = RelayEncryption.StartTls,
        Username = PostfixServer.User,
        Password = PostfixServer.Password,
        FromAddress = "noreply@acme.io",
    };
}
