using MailKit.Net.Smtp;
using MailKit.Security;

namespace Sidecar.Mail;

/// <summary>How a session logs in.</summary>
internal sealed partial class SmtpSession
{
    private static readonly string[] PlainMechanisms = ["PLAIN", "LOGIN"];
    private static readonly string[] ChallengeMechanisms = ["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5"];

    private Task LogInAsync(CancellationToken cancellationToken)
    {
        _stage = Stage.Login;
        return _tokens is null
            ? StepAsync("smtp auth", _mail.CommandTimeout, LogInWithPasswordAsync, cancellationToken)
            : LogInWithTokenAsync(_tokens, cancellationToken);
    }

    /// <summary>
    /// One try by one mechanism: MailKit would go through all that both sides know, and a wrong password would count as often
    /// towards a lock. Within TLS the plain ones come first, because relays name others that they hold no secrets for.
    /// </summary>
    private Task LogInWithPasswordAsync(CancellationToken cancellationToken)
    {
        string[] mechanisms = _client.IsSecure ? [.. PlainMechanisms, .. ChallengeMechanisms] : [.. ChallengeMechanisms, .. PlainMechanisms];
        var chosen = mechanisms.FirstOrDefault(_client.AuthenticationMechanisms.Contains) ?? throw new NotSupportedException();
        _client.AuthenticationMechanisms.IntersectWith([chosen]);
        return _client.AuthenticateAsync(_smtp.Username, _smtp.Password, cancellationToken);
    }

    /// <summary>
    /// A token may be revoked long before it ends, so one that is refused is exchanged once. On a new connection: many relays
    /// close the one on which a login failed.
    /// </summary>
    private async Task LogInWithTokenAsync(OAuth2Tokens tokens, CancellationToken cancellationToken)
    {
        var mechanism = Mechanism();
        var token = await tokens.GetAsync(cancellationToken);
        try
        {
            await ShowAsync(mechanism, token, cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && Explain(error).Trouble == RelayTrouble.LoginRejected)
        {
            if (await tokens.RenewAsync(token, cancellationToken) is not { } another)
            {
                throw;
            }

            await CloseAsync();
            _stage = Stage.Dial;
            await StepAsync("smtp connect", _mail.ConnectTimeout, ConnectAsync, cancellationToken);
            _stage = Stage.Login;
            await ShowAsync(Mechanism(), another, cancellationToken);
        }
    }

    private OAuth2Mechanism Mechanism()
    {
        var wanted = _smtp.OAuth2?.Mechanism ?? OAuth2Mechanism.Auto;
        return wanted != OAuth2Mechanism.OAuthBearer && _client.AuthenticationMechanisms.Contains("XOAUTH2") ? OAuth2Mechanism.XOAuth2
            : wanted != OAuth2Mechanism.XOAuth2 && _client.AuthenticationMechanisms.Contains("OAUTHBEARER") ? OAuth2Mechanism.OAuthBearer
            : throw new NotSupportedException();
    }

    private Task ShowAsync(OAuth2Mechanism mechanism, string token, CancellationToken cancellationToken) => StepAsync(
        "smtp auth",
        _mail.CommandTimeout,
        either => _client.AuthenticateAsync(
            mechanism == OAuth2Mechanism.XOAuth2 ? new SaslMechanismOAuth2(_smtp.Username, token) : new SaslMechanismOAuthBearer(_smtp.Username, token),
            either),
        cancellationToken);
}
