using Microsoft.Extensions.Logging;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>Whom a failed attempt is about, which decides what becomes of the mail.</summary>
internal enum FailureScope
{
    /// <summary>This attempt: try again.</summary>
    Transient,

    /// <summary>This recipient or message: give it up, the next mail may fare better.</summary>
    Permanent,

    /// <summary>The relay: no mail gets through until it or its settings change.</summary>
    Relay,
}

/// <summary>
/// A failed attempt, told in one line that says what to change. It holds the relay's status codes and never its words: a
/// refusal may quote the recipient.
/// </summary>
/// <param name="Trouble">What went wrong.</param>
/// <param name="Status">The relay's status and enhanced status, such as <c>550 5.1.1</c>; empty when it gave none.</param>
/// <param name="Hint">What happened and which setting to look at.</param>
internal sealed record RelayFailure(RelayTrouble Trouble, string Status, string Hint)
{
    /// <summary>
    /// What a probe cannot see, because it sends nothing, never counts against the relay: it would come back at once and fail
    /// the next mail again.
    /// </summary>
    public FailureScope Scope { get; } = Trouble switch
    {
        RelayTrouble.Busy or RelayTrouble.Slow or RelayTrouble.Interrupted => FailureScope.Transient,
        RelayTrouble.RecipientRefused or RelayTrouble.NotAnAddress or RelayTrouble.SenderRefused or RelayTrouble.MessageRefused
            or RelayTrouble.RelayingDenied or RelayTrouble.LoginRequired => FailureScope.Permanent,
        _ => FailureScope.Relay,
    };

    /// <summary>Whether the relay may have heard of a recipient: not when it was not got as far as that, or there was none to name.</summary>
    public bool MayHaveOffered => Scope != FailureScope.Relay && Trouble != RelayTrouble.NotAnAddress;

    /// <summary>Error where somebody has to change something; a recipient that does not exist or a busy relay is everyday.</summary>
    public LogLevel Level => Trouble switch
    {
        RelayTrouble.RecipientRefused or RelayTrouble.NotAnAddress or RelayTrouble.Busy or RelayTrouble.Interrupted => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    /// <summary>Hint and status in one line for a log.</summary>
    public string Line => Status.Length == 0 ? Hint : $"{Hint} (it said {Status})";

    /// <summary>Whether trying often could hurt: a relay may lock a login that fails again and again.</summary>
    public bool ConcernsLogin => Trouble is RelayTrouble.LoginRejected or RelayTrouble.LoginUnavailable or RelayTrouble.TurnedAway
        or RelayTrouble.TokenGrantEnded or RelayTrouble.TokenClientRejected or RelayTrouble.TokenScopeRefused or RelayTrouble.TokenRequestRefused;

    public static RelayFailure Of(RelayTrouble trouble, SmtpOptions smtp, MailOptions mail, string status = "") =>
        new(trouble, status, OAuth2Hints.For(trouble, smtp, mail, status) ?? Hinted(trouble, smtp, mail));

    private static string Hinted(RelayTrouble trouble, SmtpOptions smtp, MailOptions mail)
    {
        var relay = $"{smtp.Server}:{smtp.Port}";
        return trouble switch
        {
            RelayTrouble.NotConfigured => "no relay is set: set smtp.mail_server",
            RelayTrouble.UnknownHost => $"the name {smtp.Server} does not resolve: check smtp.mail_server",
            RelayTrouble.Refused => $"nothing listens at {relay}: check smtp.mail_server and smtp.mail_port",
            RelayTrouble.Unreachable =>
                $"no connection to {relay} within mail.connect_timeout ({Durations.Format(mail.ConnectTimeout)}): check smtp.mail_server, smtp.mail_port and whether a firewall lets it out",
            RelayTrouble.Silent => Silence(relay, smtp.Encryption),
            RelayTrouble.Dropped => $"{relay} hung up or does not speak SMTP: check smtp.mail_port with smtp.mail_use_ssl, and whether the relay accepts this client",
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
                : $"{relay} offers no login that works with a password: empty smtp.mail_username, or check smtp.mail_port",
            RelayTrouble.LoginRejected => Login(relay, smtp.Server),
            RelayTrouble.LoginRequired => smtp.Encryption == RelayEncryption.None
                ? $"{relay} wants TLS or a login first: set smtp.mail_use_tls: true, smtp.mail_username and smtp.mail_password"
                : $"{relay} wants a login first: set smtp.mail_username and smtp.mail_password",
            RelayTrouble.LoginUnavailable => $"{relay} cannot check logins at the moment: wait, or ask its operator",
            RelayTrouble.SenderRefused => $"{relay} refuses the sender: set smtp.mail_default_sender to an address this login may send from",
            RelayTrouble.RecipientRefused => $"{relay} refuses this recipient for good; nothing to change unless it refuses all",
            RelayTrouble.NotAnAddress => "the recipient is no address that a relay would take; nothing to change",
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
        : $"{relay} offers STARTTLS but the handshake fails: it must know TLS {least} or newer (mail.min_tls)";

    private static string Login(string relay, string server) =>
        server.EndsWith(".gmail.com", StringComparison.OrdinalIgnoreCase) || server.EndsWith(".googlemail.com", StringComparison.OrdinalIgnoreCase)
            ? $"{relay} rejects the login: Gmail wants an app password in smtp.mail_password (account, security, 2-step verification, app passwords), not the account's own"
            : $"{relay} rejects the login: check smtp.mail_username and smtp.mail_password";
}
