using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>What to change when a login with OAuth2 fails; words of the settings and codes of the provider, never its sentences.</summary>
internal static class OAuth2Hints
{
    /// <summary>Null where OAuth2 has nothing to add to the hint that everybody gets.</summary>
    public static string? For(RelayTrouble trouble, SmtpOptions smtp, MailOptions mail, string status)
    {
        if (smtp.OAuth2 is not { } oauth2)
        {
            return null;
        }

        var (key, relay, host) = (oauth2.Path, $"{smtp.Server}:{smtp.Port}", oauth2.TokenUrl.Host);
        return trouble switch
        {
            RelayTrouble.TokenGrantEnded => Grant(oauth2, status),
            RelayTrouble.TokenClientRejected when status.Contains("AADSTS7000222", StringComparison.Ordinal) =>
                $"the client secret has ended: make a new one for the application in Microsoft Entra and set {key}.client_secret to its value",
            RelayTrouble.TokenClientRejected when status.Contains("AADSTS700016", StringComparison.Ordinal) =>
                $"the tenant does not know the application: check {key}.client_id and {key}.tenant",
            RelayTrouble.TokenClientRejected when oauth2.Provider == OAuth2Provider.Microsoft =>
                $"{host} rejects the application: check {key}.client_id, and that {key}.client_secret is the secret's value and not its id",
            RelayTrouble.TokenClientRejected => $"{host} rejects the application: check {key}.client_id and {key}.client_secret",
            RelayTrouble.TokenScopeRefused => Scope(oauth2, host),
            RelayTrouble.TokenRequestRefused when status.Contains("AADSTS9", StringComparison.Ordinal) =>
                $"{host} does not know the tenant: set {key}.tenant to the directory (tenant) id",
            RelayTrouble.TokenRequestRefused => $"{host} refuses to give a token: check {key}.grant, {key}.token_url and {key}.client_id",
            RelayTrouble.TokenEndpointAway when status.Length > 0 => $"{host} gives no token for the moment: wait, it is asked again by itself; if it stays so, check {key}.token_url",
            RelayTrouble.TokenEndpointAway =>
                $"no token from {host} within {Durations.Format(mail.ConnectTimeout + mail.CommandTimeout)}, or it asks to wait: check whether a firewall lets it out; it is asked again by itself",
            RelayTrouble.TokenEndpointUntrusted => $"the certificate of {host} is not trusted here: set mail.ca to a PEM file with its authority, or check {key}.token_url and this machine's clock",
            RelayTrouble.TokenEndpointGarbled => $"{host} does not answer as a token endpoint: check {key}.token_url, and whether a proxy answers in its place",
            RelayTrouble.LoginRejected => Login(oauth2, relay),
            RelayTrouble.NoLogin => smtp.Encryption == RelayEncryption.None
                ? $"{relay} offers no OAuth2 login in clear text: set smtp.mail_use_tls: true"
                : $"{relay} offers no OAuth2 login: check smtp.mail_server and {key}.mechanism, or remove {key} and use a password",
            _ => null,
        };
    }

    private static string Grant(OAuth2Options oauth2, string status) => oauth2.Provider switch
    {
        OAuth2Provider.Google when status.Contains("invalid_rapt", StringComparison.Ordinal) =>
            $"Google wants the mailbox's owner to sign in again, as the organization's session length demands: exempt the application there, sign in again and set {oauth2.Path}.refresh_token",
        OAuth2Provider.Google =>
            $"the refresh token was revoked or has ended: sign in again and set {oauth2.Path}.refresh_token; while the application's consent screen is in testing, Google ends them after 7 days",
        OAuth2Provider.Microsoft =>
            $"the refresh token was revoked or has ended (a changed password, 90 days without use): sign in again and set {oauth2.Path}.refresh_token, with {oauth2.Path}.refresh_token_file so that exchanged ones are kept",
        _ => $"the refresh token was revoked, has ended or belongs to another client_id: sign in again and set {oauth2.Path}.refresh_token",
    };

    private static string Scope(OAuth2Options oauth2, string host) => (oauth2.Provider, oauth2.Grant) switch
    {
        (OAuth2Provider.Google, _) => $"the sign-in did not grant the right to send: sign in again with the scope https://mail.google.com/ and set {oauth2.Path}.refresh_token",
        (OAuth2Provider.Microsoft, OAuth2Grant.ClientCredentials) =>
            $"the application may not send: grant it SMTP.SendAsApp of Office 365 Exchange Online with an administrator's consent, and leave {oauth2.Path}.scopes at its default",
        (OAuth2Provider.Microsoft, _) => $"the sign-in did not grant the right to send: sign in again with the scopes https://outlook.office.com/SMTP.Send offline_access, or let an administrator consent",
        _ => $"{host} does not grant what is asked for: check {oauth2.Path}.scopes",
    };

    private static string Login(OAuth2Options oauth2, string relay) => (oauth2.Provider, oauth2.Grant) switch
    {
        (OAuth2Provider.Microsoft, OAuth2Grant.ClientCredentials) =>
            $"{relay} rejects a fresh token: check smtp.mail_username, that Exchange knows the application's service principal with rights on that mailbox, and that the mailbox has authenticated SMTP enabled",
        (OAuth2Provider.Microsoft, _) =>
            $"{relay} rejects a fresh token: smtp.mail_username must be the mailbox that signed in, with authenticated SMTP enabled for it and in the tenant",
        (OAuth2Provider.Google, _) => $"{relay} rejects a fresh token: smtp.mail_username must be the mailbox that signed in, with the scope https://mail.google.com/",
        _ => $"{relay} rejects a fresh token: check smtp.mail_username and {oauth2.Path}.scopes",
    };
}
