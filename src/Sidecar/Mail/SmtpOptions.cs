using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>A relay as the app's own <c>smtp:</c> section describes it, so that one file serves both; further ones in the same words.</summary>
internal sealed record SmtpOptions
{
    public const string Section = "smtp";

    /// <summary>The name of the first relay.</summary>
    public const string DefaultName = "default";

    private const int ImplicitTlsPort = 465;

    /// <summary>What logs and metrics call the relay; never its host.</summary>
    public string Name { get; init; } = DefaultName;

    /// <summary>Where its settings stand, for whoever has to change them: <c>smtp</c> or <c>mail.relays[0]</c>.</summary>
    public string Path { get; init; } = Section;

    /// <summary><c>smtp.mail_server</c>: the relay's name or address. Empty by default: no mail.</summary>
    public string Server { get; init; } = "";

    /// <summary><c>smtp.mail_port</c>: its port. 1 to 65535, 465 by default.</summary>
    public int Port { get; init; } = ImplicitTlsPort;

    /// <summary><c>smtp.mail_use_ssl</c>, <c>smtp.mail_use_tls</c>: implicit TLS, or STARTTLS; both false: no encryption.</summary>
    public RelayEncryption Encryption { get; init; } = RelayEncryption.ImplicitTls;

    /// <summary><c>smtp.mail_username</c>: login only when a name is set, by PLAIN or LOGIN within TLS, else SCRAM or CRAM-MD5, as the relay offers; see [mail](mail.md).</summary>
    public string Username { get; init; } = "";

    /// <summary><c>smtp.mail_password</c>: not looked at where <c>mail.oauth2</c> is set.</summary>
    public string Password { get; init; } = "";

    /// <summary><c>smtp.mail_from_name</c>: the sender's name, may be empty. Default: the first of <c>mail_default_sender</c>.</summary>
    public string FromName { get; init; } = "";

    /// <summary><c>smtp.mail_from_address</c>: the sender's address. Default: the second of <c>mail_default_sender</c>, else <c>mail_username</c> when that is an address.</summary>
    /// <remarks><c>smtp.mail_default_sender</c>: <c>[name, address]</c>, or the address alone.</remarks>
    public string FromAddress { get; init; } = "";

    /// <summary><c>smtp.mail_frontend_url</c>: where people open the app, named in mails; empty by default.</summary>
    public string FrontendUrl { get; init; } = "";

    /// <summary>How tokens are got for a login with OAuth2; null by default: a password.</summary>
    public OAuth2Options? OAuth2 { get; init; }

    /// <summary>What works but deserves a line in the log at start.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public bool IsConfigured => Server.Length > 0;

    /// <param name="section">The relay's section.</param>
    /// <param name="oauth2">What goes with it, from where ours stands.</param>
    /// <param name="first">The first relay, whose sender further ones share unless they name their own.</param>
    public static SmtpOptions Read(SettingsSection section, OAuth2Options? oauth2 = null, SmtpOptions? first = null)
    {
        var warnings = new List<string>();
        var (name, address) = Sender(section, first);
        var options = new SmtpOptions
        {
            Path = section.Path,
            Server = section.Text("mail_server").Trim(),
            Port = section.Int("mail_port", ImplicitTlsPort, 1, 65535),
            Username = section.Text("mail_username"),
            Password = section.Secret("mail_password"),
            FromName = name,
            FromAddress = address,
            FrontendUrl = section.Text("mail_frontend_url", first?.FrontendUrl ?? "").Trim(),
            OAuth2 = oauth2,
            Warnings = warnings,
        };
        options = options with { Encryption = ReadEncryption(section, options.Port, warnings) };
        if (options.FromAddress.Length == 0 && MailboxRule.Accepts(options.Username))
        {
            options = options with { FromAddress = options.Username };
        }

        Check(options, section);
        if (options is { IsConfigured: true, Encryption: RelayEncryption.None, Username.Length: > 0 })
        {
            var secret = oauth2 is null ? "mail_password" : "the OAuth2 token";
            warnings.Add($"{section.Path}.mail_use_ssl and {section.Path}.mail_use_tls are both false: {secret} and every mail cross the network in clear text");
        }

        return options;
    }

    /// <summary>Leaves the password out, so that nothing that prints the options can tell it.</summary>
    public override string ToString() => $"{Server}:{Port} ({Encryption})";

    private static RelayEncryption ReadEncryption(SettingsSection section, int port, List<string> warnings)
    {
        switch (section.Bool("mail_use_ssl", true), section.Bool("mail_use_tls", false))
        {
            case (true, false):
                return RelayEncryption.ImplicitTls;
            case (false, true):
                return RelayEncryption.StartTls;
            case (false, false):
                return RelayEncryption.None;
            default:
                var chosen = port == ImplicitTlsPort ? RelayEncryption.ImplicitTls : RelayEncryption.StartTls;
                var (used, drop) = chosen == RelayEncryption.ImplicitTls ? ("TLS from the first byte", "mail_use_tls") : ("STARTTLS", "mail_use_ssl");
                warnings.Add($"{section.Path}.mail_use_ssl and {section.Path}.mail_use_tls are both true: {used} is used because mail_port is {port}; set {drop}: false to say so");
                return chosen;
        }
    }

    private static (string Name, string Address) Sender(SettingsSection section, SmtpOptions? first)
    {
        var sender = section.Texts("mail_default_sender");
        var (name, address) = sender switch
        {
            [] => (first?.FromName ?? "", first?.FromAddress ?? ""),
            [var only] => only.Contains('@', StringComparison.Ordinal) ? ("", only) : (only, ""),
            [var called, var mailbox] => (called, mailbox),
            _ => ("", ""),
        };
        if (sender.Count > 2)
        {
            section.Reject("mail_default_sender", "has more than a name and an address", "write it as [\"Name\", \"address@example.com\"]");
        }

        var fromName = section.Text("mail_from_name");
        var fromAddress = section.Text("mail_from_address");
        return ((fromName.Length > 0 ? fromName : name).Trim(), (fromAddress.Length > 0 ? fromAddress : address).Trim());
    }

    private static void Check(SmtpOptions options, SettingsSection section)
    {
        if (!options.IsConfigured)
        {
            return;
        }

        if (Uri.CheckHostName(options.Server) == UriHostNameType.Unknown)
        {
            section.Reject("mail_server", "is not a host name or an IP address", "write the name alone, such as smtp.example.com, without scheme and port");
        }

        if (options is { OAuth2: { } oauth2, Username.Length: 0 } && !section.Has("mail_username"))
        {
            section.Reject("mail_username", $"is missing, and {oauth2.Path} logs in to a mailbox", "write the mailbox's address, or remove the section");
        }

        if (options is { OAuth2: null, Username.Length: > 0, Password.Length: 0 })
        {
            section.Reject("mail_username", "has no mail_password beside it", "set mail_password or mail.oauth2, or empty mail_username for a relay without login");
        }

        if (options is { OAuth2: null, Username.Length: 0, Password.Length: > 0 })
        {
            section.Reject("mail_password", "has no mail_username beside it", "set mail_username, or empty mail_password for a relay without login", secret: true);
        }

        if (!MailboxRule.Accepts(options.FromAddress))
        {
            var key = section.Has("mail_from_address") ? "mail_from_address" : "mail_default_sender";
            var problem = options.FromAddress.Length == 0 ? "names no address, and mail_username is none" : "is not an e-mail address";
            section.Reject(key, problem, key == "mail_from_address"
                ? "write the address mails come from, such as noreply@example.com"
                : "write it as [\"Name\", \"noreply@example.com\"]");
        }

        if (options.FromName.Any(char.IsControl))
        {
            section.Reject("mail_default_sender", "has a control character in the name", "write the sender's name on one line");
        }

        if (section.Has("mail_frontend_url")
            && !(Uri.TryCreate(options.FrontendUrl, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)))
        {
            section.Reject("mail_frontend_url", "is not an http or https URL", "write where people open the app, such as https://app.example.com, or leave it empty");
        }
    }
}
