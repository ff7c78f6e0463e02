using System.Text;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>The login with a token, as dialogues of relays that are not content.</summary>
public sealed class OAuth2SessionTests
{
    private const string Hello = "S: 220 relay ESMTP\nC: EHLO\nS: 250-relay\nS: 250 AUTH ";

    /// <summary>What Google says in the place of a refusal, which must be answered before it refuses.</summary>
    private static readonly string Challenge = "334 " + Convert.ToBase64String("""{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}"""u8);

    [Theory]
    [InlineData("XOAUTH2", "XOAUTH2", "")]
    [InlineData("OAUTHBEARER", "OAUTHBEARER", "AQ==")]
    [InlineData("OAUTHBEARER XOAUTH2 PLAIN", "XOAUTH2", "")]
    public async Task Send_RefusedWithAChallenge_IsAnsweredAndTriedOnceMoreOnANewConnection(string offered, string mechanism, string reply)
    {
        await using var provider = await TokenProvider.StartAsync();
        // Hangs up after its refusal, as many do.
        await using var server = new FaultySmtpServer($"{Hello}{offered}\nC: AUTH {mechanism} \nS: {Challenge}\nC: {reply}\nS: 535 5.7.8 no such token of codes@sidecar.test");
        var relay = Relay(server, provider);

        // The first token is fresh and refused, so it is exchanged; the second is refused too, and that is the end.
        var failure = await relay.ProbeAsync(default);

        Assert.Equal((RelayTrouble.LoginRejected, "535"), (failure!.Trouble, failure.Status[..3]));
        Assert.DoesNotContain(TokenProvider.Mailbox, failure.Line, StringComparison.Ordinal);
        var shown = server.Heard.Where(static line => line.StartsWith("AUTH", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, shown.Length);
        Assert.Equal(2, shown.Distinct().Count());
        Assert.All(shown, line => Assert.Contains($"\u0001auth=Bearer ya29.", Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2])), StringComparison.Ordinal));
        Assert.Equal(2, provider.Requests.Count);
        Assert.Empty(server.Unexpected);
    }

    [Theory]
    [InlineData("S: 454 4.7.0 try later\nsilence")]
    [InlineData("")]
    public async Task Send_NotRefusedButBroken_KeepsTheToken(string answer)
    {
        await using var provider = await TokenProvider.StartAsync();
        await using var server = new FaultySmtpServer($"{Hello}XOAUTH2\nC: AUTH XOAUTH2\n{answer}");
        var relay = Relay(server, provider);

        Assert.NotEqual(RelayTrouble.LoginRejected, (await relay.ProbeAsync(default))?.Trouble);
        Assert.NotEqual(RelayTrouble.LoginRejected, (await relay.ProbeAsync(default))?.Trouble);

        Assert.Single(provider.Requests);
    }

    [Theory]
    [InlineData("XOAUTH2", OAuth2Mechanism.OAuthBearer)]
    [InlineData("OAUTHBEARER", OAuth2Mechanism.XOAuth2)]
    [InlineData("PLAIN LOGIN", OAuth2Mechanism.Auto)]
    internal async Task Send_MechanismNotOffered_ShowsNoToken(string offered, OAuth2Mechanism wanted)
    {
        await using var provider = await TokenProvider.StartAsync();
        await using var server = new FaultySmtpServer($"{Hello}{offered}\nsilence");

        var failure = await Relay(server, provider, wanted).ProbeAsync(default);

        Assert.Equal(RelayTrouble.NoLogin, failure?.Trouble);
        Assert.DoesNotContain(server.Heard, static line => line.StartsWith("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Send_EndpointAway_IsTheRelaysTroubleAndHealsByItself()
    {
        await using var provider = await TokenProvider.StartAsync();
        provider.Broken = (503, "");
        await using var server = new FaultySmtpServer($"{Hello}XOAUTH2\nC: AUTH XOAUTH2\nS: 235 ok\nC: NOOP\nS: 250 ok\nC: QUIT\nS: 221 bye");
        var relay = Relay(server, provider);

        var failure = await relay.ProbeAsync(default);
        Assert.Equal((RelayTrouble.TokenEndpointAway, FailureScope.Relay, false), (failure!.Trouble, failure.Scope, failure.MayHaveOffered));

        provider.Broken = null;
        Assert.Null(await relay.ProbeAsync(default));
    }

    private static SmtpRelay Relay(FaultySmtpServer server, TokenProvider provider, OAuth2Mechanism mechanism = OAuth2Mechanism.Auto) => new(
        new SmtpOptions
        {
            Server = "127.0.0.1",
            Port = server.Port,
            Encryption = RelayEncryption.None,
            Username = TokenProvider.Mailbox,
            FromAddress = TokenProvider.Mailbox,
            OAuth2 = provider.Options() with { Mechanism = mechanism },
        },
        new MailOptions(),
        TimeProvider.System);
}
