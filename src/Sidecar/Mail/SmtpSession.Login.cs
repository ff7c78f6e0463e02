using MailKit.Net.Smtp;

namespace Sidecar.Mail;

/// <summary>How a session logs in.</summary>
internal sealed partial class SmtpSession
{
    private static readonly string[] PlainMechanisms = ["PLAIN", "LOGIN"];
    private static readonly string[] ChallengeMechanisms = ["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5"];

    /// <summary>
    /// One try by one mechanism: MailKit would go through all that both sides know, and a wrong password would count as often
    /// towards a lock. Within TLS the plain ones come first, because relays name others that they hold no secrets for.
    /// </summary>
    private Task LogInAsync(CancellationToken cancellationToken)
    {
        string[] mechanisms = _client.IsSecure ? [.. PlainMechanisms, .. ChallengeMechanisms] : [.. ChallengeMechanisms, .. PlainMechanisms];
        var chosen = mechanisms.FirstOrDefault(_client.AuthenticationMechanisms.Contains) ?? throw new NotSupportedException();
        _client.AuthenticationMechanisms.IntersectWith([chosen]);
        return _client.AuthenticateAsync(_smtp.Username, _smtp.Password, cancellationToken);
    }
}
