using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>What to change for each kind of trouble, where the relay's own words tell no more: apart from the failures, because this is what operators read.</summary>
internal static class RelayHints
{
    public static string For(RelayTrouble trouble, SmtpOptions smtp, MailOptions mail, string status = "")
    {
        var relay = $"{smtp.Server}:{smtp.Port}";
        return trouble switch
        {
            RelayTrouble.NotConfigured => "no relay is set: set smtp.mail_server",
            RelayTrouble.UnknownHost => $"the name {smtp.Server} does not resolve: check smtp.mail_server, and this machine's DNS",
            RelayTrouble.Refused => $"nothing listens at {relay}: check smtp.mail_server and smtp.mail_port",
            RelayTrouble.Unreachable =>
                $"no connection to {relay} within mail.connect_timeout ({Durations.Format(mail.ConnectTimeout)}): check smtp.mail_server, smtp.mail_port and whether a firewall lets it out (many networks close port 25; 465 and 587 are usual)",
            RelayTrouble.Silent => Silence(relay, smtp.Encryption),
            RelayTrouble.Dropped => $"{relay} hung up or does not speak SMTP: check smtp.mail_port with smtp.mail_use_ssl, and whether the relay accepts this client",
            RelayTrouble.TurnedAway when RelayFailure.IsPassing(status) =>
                $"{relay} takes no connection for the moment: wait; if it stays so, it is overloaded, or it limits this client's connections (mail.concurrency)",
            RelayTrouble.TurnedAway => $"{relay} turns the connection away: ask its operator whether this client may send there, or change smtp.mail_server",
            RelayTrouble.TlsFailed => Handshake(relay, smtp.Encryption, mail.MinTls),
            RelayTrouble.CertificateName => $"the certificate of {relay} is for another name: set smtp.mail_server to the name it is for",
            RelayTrouble.CertificateAuthority =>
                $"the certificate of {relay} comes from an authority that is not trusted here: set mail.ca to a PEM file with that authority's certificate",
            RelayTrouble.CertificateDate => $"the certificate of {relay} has ended or not begun: renew it on the relay, and check this machine's clock",
            RelayTrouble.NoStartTls =>
                $"{relay} offers no STARTTLS and nothing is sent in clear text: use port 465 with smtp.mail_use_ssl: true, or set smtp.mail_use_tls: false in a network you trust",
            RelayTrouble.NoLogin => smtp.Encryption == RelayEncryption.None
                ? $"{relay} offers no login in clear text: set smtp.mail_use_tls: true, or empty smtp.mail_username"
                : $"{relay} offers no login that works with a password: empty smtp.mail_username, check smtp.mail_port, or use OAuth2 (mail.oauth2) if that is all it offers",
            RelayTrouble.LoginRejected => Login(relay, smtp.Server),
            RelayTrouble.LoginRequired => smtp.Encryption == RelayEncryption.None
                ? $"{relay} wants TLS or a login first: set smtp.mail_use_tls: true, smtp.mail_username and smtp.mail_password"
                : $"{relay} wants a login first: set smtp.mail_username and smtp.mail_password",
            RelayTrouble.LoginUnavailable => $"{relay} cannot check logins at the moment, or hung up over one: wait, look at its log, or ask its operator",
            RelayTrouble.SenderRefused => $"{relay} refuses the sender: set smtp.mail_default_sender to an address this login may send from",
            RelayTrouble.RecipientRefused => $"{relay} refuses this recipient for good; nothing to change unless it refuses all",
            RelayTrouble.NotAnAddress => "the recipient is no address that a relay would take; nothing to change",
            RelayTrouble.NoSmtpUtf8 => $"{relay} takes no recipient with letters beyond ASCII before the @: use a relay that offers SMTPUTF8 if people have such addresses",
            RelayTrouble.Interrupted => $"{relay} broke off while it took the message",
            RelayTrouble.RelayingDenied => $"{relay} does not pass mail on for this client: set smtp.mail_username and smtp.mail_password, or let the relay know this client",
            RelayTrouble.MessageRefused => $"{relay} refuses the message: look at its log, and at the words of mail.templates",
            RelayTrouble.Busy => $"{relay} asks to come back later",
            RelayTrouble.Slow => $"{relay} took longer than mail.command_timeout ({Durations.Format(mail.CommandTimeout)}) over an answer: raise it if the relay is only slow",
            _ => $"{relay} does not answer as a mail relay: check smtp.mail_server and smtp.mail_port",
        };
    }

    private static string Silence(string relay, RelayEncryption encryption) => encryption == RelayEncryption.ImplicitTls
        ? $"{relay} takes the connection but never answers the TLS handshake: check smtp.mail_port (465 is usual), or set smtp.mail_use_ssl: false and smtp.mail_use_tls: true (587 is usual)"
        : $"{relay} takes the connection but never greets: it probably expects TLS at once, so set smtp.mail_use_ssl: true and smtp.mail_use_tls: false (465 is usual)";

    private static string Handshake(string relay, RelayEncryption encryption, string least) => encryption == RelayEncryption.ImplicitTls
        ? $"{relay} does not speak TLS from the first byte: set smtp.mail_use_ssl: false and smtp.mail_use_tls: true (587 is usual); if it does, it knows only TLS below {least} (mail.min_tls)"
        : $"{relay} offers STARTTLS but does not get through it: it must know TLS {least} or newer (mail.min_tls) and have a certificate; look at its log, or use port 465 with smtp.mail_use_ssl: true";

    private static string Login(string relay, string server)
    {
        var advice = Under(server, "gmail.com", "googlemail.com")
                ? "Gmail wants an app password in smtp.mail_password (account, security, 2-step verification, app passwords), not the account's own; see conf/examples/gmail-app-password.yaml"
            : Under(server, "office365.com", "outlook.com", "hotmail.com", "live.com")
                ? "Microsoft retires passwords for SMTP, so use OAuth2: conf/examples/microsoft365-oauth2.yaml or conf/examples/outlook.com.yaml"
            : Under(server, "amazonaws.com")
                ? "Amazon SES wants SMTP credentials of this region, not an IAM access key; see conf/examples/amazon-ses.yaml"
            : Under(server, "qq.com", "163.com", "126.com", "yeah.net")
                ? "it wants the authorization code from the mailbox's settings in smtp.mail_password, not the account's password; see conf/examples/qq-163.yaml"
                : "check smtp.mail_username and smtp.mail_password";
        return $"{relay} rejects the login: {advice}";
    }

    private static bool Under(string server, params ReadOnlySpan<string> domains)
    {
        foreach (var domain in domains)
        {
            if (server.EndsWith(domain, StringComparison.OrdinalIgnoreCase) && (server.Length == domain.Length || server[^(domain.Length + 1)] == '.'))
            {
                return true;
            }
        }

        return false;
    }
}
