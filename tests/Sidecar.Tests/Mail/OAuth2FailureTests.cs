using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>Every way in which a token is not to be had, and the line that says what to change.</summary>
public sealed class OAuth2FailureTests
{
    private const string Secretive = "codes@sidecar.test 1//refresh-0 secret-of-client-7";

    [Theory]
    [InlineData("google", 400, "invalid_grant", "", 0, "TokenGrantEnded", "sign in again")]
    [InlineData("google", 400, "invalid_grant", "invalid_rapt", 0, "TokenGrantEnded", "session length")]
    [InlineData("microsoft", 400, "invalid_grant", "", 700082, "TokenGrantEnded", "mail.oauth2.refresh_token_file")]
    [InlineData("microsoft", 400, "interaction_required", "", 50076, "TokenGrantEnded", "sign in again")]
    [InlineData("google", 401, "invalid_client", "", 0, "TokenClientRejected", "mail.oauth2.client_secret")]
    [InlineData("google", 401, "deleted_client", "", 0, "TokenClientRejected", "mail.oauth2.client_id")]
    [InlineData("google", 401, "something new", "", 0, "TokenClientRejected", "mail.oauth2.client_id")]
    [InlineData("microsoft", 401, "invalid_client", "", 7000215, "TokenClientRejected", "not its id")]
    [InlineData("microsoft", 401, "invalid_client", "", 7000222, "TokenClientRejected", "has ended")]
    [InlineData("microsoft", 400, "unauthorized_client", "", 700016, "TokenClientRejected", "mail.oauth2.tenant")]
    [InlineData("google", 400, "invalid_scope", "", 0, "TokenScopeRefused", "https://mail.google.com/")]
    [InlineData("microsoft", 400, "invalid_grant", "", 65001, "TokenScopeRefused", "SMTP.Send")]
    [InlineData("microsoft", 400, "invalid_request", "", 90002, "TokenRequestRefused", "mail.oauth2.tenant")]
    [InlineData("google", 400, "unsupported_grant_type", "", 0, "TokenRequestRefused", "mail.oauth2.grant")]
    [InlineData("google", 404, "", "", 0, "TokenRequestRefused", "mail.oauth2.token_url")]
    [InlineData("google", 302, "", "", 0, "TokenEndpointGarbled", "mail.oauth2.token_url")]
    [InlineData("google", 200, "", "", 0, "TokenEndpointGarbled", "proxy")]
    [InlineData("google", 503, "invalid_grant", "", 0, "TokenEndpointAway", "by itself")]
    [InlineData("google", 429, "rate_limit_exceeded", "", 0, "TokenEndpointAway", "by itself")]
    public async Task Get_Refused_SaysWhatToChangeByCodeAlone(string provider, int status, string word, string subtype, int number, string trouble, string hint)
    {
        await using var endpoint = await TokenProvider.StartAsync(provider == "google" ? OAuth2Provider.Google : OAuth2Provider.Microsoft);
        endpoint.Broken = (status, $$"""{"error":"{{word}}","error_subtype":"{{subtype}}","error_description":"AADSTS{{number}}: {{Secretive}}","error_codes":[{{number}}]}""");

        var failure = await FailureAsync(endpoint.Options());

        Assert.Equal(trouble, failure.Trouble.ToString());
        Assert.Equal(FailureScope.Relay, failure.Scope);
        Assert.Contains(hint, failure.Line, StringComparison.Ordinal);
        foreach (var secret in Secretive.Split(' ').Append("something new"))
        {
            Assert.DoesNotContain(secret, failure.Line, StringComparison.Ordinal);
        }

        Assert.Equal(number > 0, failure.Status.EndsWith($"AADSTS{number}", StringComparison.Ordinal));
        Assert.Single(endpoint.Requests);
    }

    [Theory]
    [InlineData("<html>Sign in to the hotel's network</html>")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"access_token":7}""")]
    [InlineData("""{"access_token":"two\r\nlines"}""")]
    public async Task Get_AnswerIsNoToken_SaysSo(string body)
    {
        await using var endpoint = await TokenProvider.StartAsync();
        endpoint.Broken = (200, body);

        Assert.Equal(RelayTrouble.TokenEndpointGarbled, (await FailureAsync(endpoint.Options())).Trouble);
    }

    [Fact]
    public async Task Get_NothingListens_IsTransient()
    {
        using var taken = new Socket(SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var endpoint = await TokenProvider.StartAsync();
        var options = endpoint.Options() with { TokenUrl = new Uri($"http://127.0.0.1:{((IPEndPoint)taken.LocalEndPoint!).Port}/token") };

        var failure = await FailureAsync(options);

        Assert.Equal(RelayTrouble.TokenEndpointAway, failure.Trouble);
        Assert.Contains("firewall", failure.Line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_EndpointStaysSilent_EndsWithTheTimeouts()
    {
        await using var endpoint = await TokenProvider.StartAsync();
        endpoint.Gate = new TaskCompletionSource().Task;
        var time = new FakeTimeProvider();
        var tokens = OAuth2Tokens.For(new SmtpOptions { OAuth2 = endpoint.Options() }, new MailOptions(), time)!;
        var waiting = tokens.GetAsync(default);
        while (endpoint.Requests.IsEmpty)
        {
            await Task.Yield();
        }

        time.Advance(TimeSpan.FromSeconds(21));

        Assert.Equal(RelayTrouble.TokenEndpointAway, (await Assert.ThrowsAsync<TokenRefusedException>(() => waiting)).Refusal.Trouble);
    }

    [Fact]
    public void Hint_LoginRejectedWithAToken_SpeaksOfTheMailboxAndNotOfAPassword()
    {
        var smtp = new SmtpOptions { Server = "smtp.office365.com", OAuth2 = new OAuth2Options { Provider = OAuth2Provider.Microsoft, Grant = OAuth2Grant.ClientCredentials } };

        var hint = RelayFailure.Of(RelayTrouble.LoginRejected, smtp, new MailOptions(), "535 5.7.3").Hint;

        Assert.Contains("service principal", hint, StringComparison.Ordinal);
        Assert.DoesNotContain("password", hint, StringComparison.Ordinal);
    }

    private static async Task<RelayFailure> FailureAsync(OAuth2Options options)
    {
        var smtp = new SmtpOptions { Server = "relay", Username = TokenProvider.Mailbox, OAuth2 = options };
        var mail = new MailOptions();
        var refused = await Assert.ThrowsAsync<TokenRefusedException>(() => OAuth2Tokens.For(smtp, mail, TimeProvider.System)!.GetAsync(default));
        return RelayFailure.Of(refused.Refusal.Trouble, smtp, mail, refused.Refusal.Status);
    }
}
