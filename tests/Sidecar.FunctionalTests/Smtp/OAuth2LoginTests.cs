using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Mail;
using Sidecar.Tests.Mail;

namespace Sidecar.FunctionalTests.Smtp;

/// <summary>
/// OAuth2 from the token endpoint to the delivered mail: Postfix and Dovecot check the login and ask the same provider whether
/// the token is good.
/// </summary>
public sealed class OAuth2LoginTests(DovecotLogin dovecot) : IClassFixture<DovecotLogin>
{
    [Theory]
    [InlineData("xoauth2", OAuth2Provider.Google, OAuth2Grant.RefreshToken)]
    [InlineData("oauthbearer", OAuth2Provider.Google, OAuth2Grant.RefreshToken)]
    [InlineData("oauth2", OAuth2Provider.Microsoft, OAuth2Grant.RefreshToken)]
    [InlineData("xoauth2", OAuth2Provider.Microsoft, OAuth2Grant.ClientCredentials)]
    internal async Task Send_AsOffered_IsDelivered(string offered, OAuth2Provider provider, OAuth2Grant grant)
    {
        dovecot.SkipUnlessRunning();
        await using var tokens = await TokenProvider.StartAsync(provider);
        var relay = Relay(tokens.Options(grant), offered);

        await DeliverAsync(relay);
        await DeliverAsync(relay);

        Assert.Single(tokens.Requests);
    }

    [Theory]
    [InlineData("xoauth2")]
    [InlineData("oauthbearer")]
    public async Task Send_TokenRevoked_IsRenewedOnceAndDelivered(string offered)
    {
        dovecot.SkipUnlessRunning();
        await using var tokens = await TokenProvider.StartAsync(OAuth2Provider.Microsoft);
        // A login for each mail: a connection that is kept would not ask for another.
        using var relay = Relay(tokens.Options(), offered, mailsPerConnection: 1);
        await DeliverAsync(relay);

        tokens.RevokeTokens();
        await DeliverAsync(relay);
        await DeliverAsync(relay);

        Assert.Equal(2, tokens.Requests.Count);
    }

    [Fact]
    public async Task Send_TokenEndsInMidRun_IsRenewedBefore()
    {
        dovecot.SkipUnlessRunning();
        await using var tokens = await TokenProvider.StartAsync();
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var relay = Relay(tokens.Options(), time: time);

        for (var hour = 0; hour < 3; hour++)
        {
            await DeliverAsync(relay);
            await DeliverAsync(relay);
            time.Advance(TimeSpan.FromHours(1));
            tokens.RevokeTokens();
        }

        Assert.Equal(3, tokens.Requests.Count);
    }

    [Theory]
    [InlineData("xoauth2")]
    [InlineData("oauthbearer")]
    public async Task Send_RelayRefusesEveryToken_IsNoLoop(string offered)
    {
        dovecot.SkipUnlessRunning();
        await using var tokens = await TokenProvider.StartAsync();
        tokens.IsUnknownToRelays = true;
        var relay = Relay(tokens.Options(), offered);

        for (var attempt = 0; attempt < 3; attempt++)
        {
            var failure = await SendAsync(relay, "alice@sidecar.test");
            Assert.Equal((RelayTrouble.LoginRejected, FailureScope.Relay), (failure!.Trouble, failure.Scope));
            Assert.StartsWith("535", failure.Status, StringComparison.Ordinal);
            Assert.Contains("fresh token", failure.Line, StringComparison.Ordinal);
            Assert.DoesNotContain("ya29", failure.Line, StringComparison.Ordinal);
        }

        // The first, and the one exchange that a minute allows.
        Assert.Equal(2, tokens.Requests.Count);
    }

    [Fact]
    public async Task Send_ManySessionsAtOnce_AskForOneToken()
    {
        dovecot.SkipUnlessRunning();
        await using var tokens = await TokenProvider.StartAsync();
        var relay = Relay(tokens.Options());

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => DeliverAsync(relay)));

        Assert.Single(tokens.Requests);
    }

    [Fact]
    public async Task Send_RelayOffersPasswordsOnly_SaysSo()
    {
        dovecot.SkipUnlessRunning();
        await using var tokens = await TokenProvider.StartAsync();
        var relay = Relay(tokens.Options(), "plain");

        var failure = await SendAsync(relay, "alice@sidecar.test");

        Assert.Equal(RelayTrouble.NoLogin, failure?.Trouble);
        Assert.Contains("offers no OAuth2 login", failure!.Line, StringComparison.Ordinal);
        Assert.Empty(tokens.Requests);
    }

    [Fact]
    public async Task Send_RefreshTokenRevoked_SaysToSignInAgain()
    {
        dovecot.SkipUnlessRunning();
        await using var tokens = await TokenProvider.StartAsync();
        tokens.RefreshToken = "1//of-somebody-who-signed-in-later";

        var failure = await SendAsync(Relay(tokens.Options()), "alice@sidecar.test");

        Assert.Equal(RelayTrouble.TokenGrantEnded, failure?.Trouble);
        Assert.Contains("sign in again", failure!.Line, StringComparison.Ordinal);
        Assert.Equal("400 invalid_grant", failure.Status);
    }

    private static Task<RelayFailure?> SendAsync(SmtpRelay relay, string to) => relay.SendAsync(new Message(to, "Code", "text", "<p>html</p>"), default);

    private async Task DeliverAsync(SmtpRelay relay)
    {
        var to = $"{Guid.NewGuid():N}@sidecar.test";
        Assert.Null(await SendAsync(relay, to));
        await dovecot.Postfix.MailToAsync(to);
    }

    private SmtpRelay Relay(OAuth2Options oauth2, string offered = "xoauth2", TimeProvider? time = null, int mailsPerConnection = 100)
    {
        var authority = new X509Certificate2Collection();
        authority.ImportFromPemFile(dovecot.Postfix.AuthorityFile);
        var smtp = new SmtpOptions
        {
            Server = "localhost",
            Port = dovecot.Postfix.LoginPort(offered),
            Encryption = RelayEncryption.StartTls,
            Username = TokenProvider.Mailbox,
            FromAddress = TokenProvider.Mailbox,
            OAuth2 = oauth2,
        };
        return new SmtpRelay(smtp, new MailOptions { ExtraAuthorities = authority, Pool = new() { MaxMessages = mailsPerConnection } }, time ?? TimeProvider.System);
    }
}
