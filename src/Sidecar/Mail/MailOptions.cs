using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>What <c>mail:</c> says about sending; the relay itself stands in <see cref="SmtpOptions"/>.</summary>
internal sealed record MailOptions
{
    public const string Section = "mail";

    /// <summary><c>mail.connect_timeout</c>: from the first packet to the relay's greeting, TLS included. 1s to 2m, 10s by default.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>mail.command_timeout</c>: how long the relay may take over one answer. 1s to 10m, 10s by default.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>mail.block_reserved_domains</c>: whether addresses below example.com, .test and the like are never mailed. True by default.</summary>
    public bool BlockReservedDomains { get; init; } = true;

    /// <summary><c>mail.queue_capacity</c>: mails waiting, in delivery or between two tries. 1 to 100000, 1000 by default.</summary>
    public int QueueCapacity { get; init; } = 1000;

    /// <summary><c>mail.concurrency</c>: deliveries at a time. 1 to 64, 4 by default.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary><c>mail.drain_timeout</c>: how long is waited for mails at a stop. With Redis what is left then goes to other replicas or the next start, else it is lost. 0s to 5m, 5s by default.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// <c>mail.lease</c>: how long a replica that fell silent keeps the mails it was sending from the others, where the queue is in
    /// Redis. 2s to 5m, 10s by default.
    /// </summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary><c>mail.ca</c>: PEM file with further authorities for the certificates of relays and token endpoints. Null by default.</summary>
    public X509Certificate2Collection? ExtraAuthorities { get; init; }

    /// <summary><c>mail.ehlo_name</c>: how this client names itself to relays: a host name, or an address in brackets. Empty by default: the address it dials from.</summary>
    public string EhloName { get; init; } = "";

    /// <summary><c>mail.min_tls</c>: 1.2 (default) or 1.3; what lies below is never spoken.</summary>
    public SslProtocols TlsProtocols { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary><c>min_tls</c> as it is written.</summary>
    public string MinTls => TlsProtocols.HasFlag(SslProtocols.Tls12) ? "1.2" : "1.3";

    /// <summary><c>mail.app_name</c>: what mails call the app; empty by default, which takes the sender's name.</summary>
    public string AppName { get; init; } = "";

    /// <summary><c>mail.templates</c>: a folder that lies over the built-in templates; looked at again every 5 s, see [templates](../conf/templates/README.md). <c>templates</c> beside the settings by default, else the shipped one.</summary>
    public string TemplateDirectory { get; init; } = "";

    /// <summary><c>pool</c>: how long connections are kept between mails.</summary>
    public SmtpPoolOptions Pool { get; init; } = new();

    /// <summary>Further relays, tried in this order after the first.</summary>
    /// <remarks>
    /// <c>mail.relays[].name</c>: further relays are asked in this order when the first is down or does not take a mail ([which failures](designs/0007-relays-and-pool.md)); this names one in logs and metrics: lower-case letters, digits, dashes; <c>relay-2</c>, <c>relay-3</c>, … by default; the one of <c>smtp</c> is <c>default</c>. The sender is the first relay's unless named. <c>smtp</c> may be missing where there are some.
    /// </remarks>
    public IReadOnlyList<SmtpOptions> Relays { get; init; } = [];
    /// <summary><c>mail.language</c>: of mails for whoever asks for no language there is; a language that the templates have. <c>en</c> by default.</summary>
    public string Language { get; init; } = "en";

    /// <summary><c>mail.language_from</c>: <c>request</c>: the browser's <c>Accept-Language</c> chooses among the folders; <c>configuration</c>: everything in <c>mail.language</c>. Default <c>request</c>.</summary>
    public bool LanguageFromRequest { get; init; } = true;

    /// <summary>The folder of the templates that come with the binary.</summary>
    public static string ShippedTemplates => Path.Combine(AppContext.BaseDirectory, "conf", "templates");

    /// <param name="section">The section <c>mail</c>.</param>
    /// <param name="directory">The folder of the settings; relative paths start there.</param>
    /// <param name="first">The relay of <c>smtp:</c>.</param>
    public static MailOptions Read(SettingsSection section, string directory = "conf", SmtpOptions? first = null)
    {
        var defaults = new MailOptions();
        return new MailOptions
        {
            ConnectTimeout = section.Duration("connect_timeout", defaults.ConnectTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2)),
            CommandTimeout = section.Duration("command_timeout", defaults.CommandTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            BlockReservedDomains = section.Bool("block_reserved_domains", defaults.BlockReservedDomains),
            QueueCapacity = section.Int("queue_capacity", defaults.QueueCapacity, 1, 100_000),
            Concurrency = section.Int("concurrency", defaults.Concurrency, 1, 64),
            DrainTimeout = section.Duration("drain_timeout", defaults.DrainTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5)),
            Lease = section.Duration("lease", defaults.Lease, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5)),
            ExtraAuthorities = Authorities(section, directory),
            EhloName = ReadEhloName(section),
            TlsProtocols = ReadTls(section, defaults.TlsProtocols),
            AppName = section.Text("app_name").Trim(),
            TemplateDirectory = Templates(section.Text("templates"), directory),
            Pool = SmtpPoolOptions.Read(section.Section("pool")),
            Relays = FurtherRelays.Read(section, directory, first ?? new()),
            Language = section.Text("language", defaults.Language).Trim(),
            LanguageFromRequest = section.Choice("language_from", defaults.LanguageFromRequest, ("request", true), ("configuration", false)),
        };
    }

    /// <summary>What every template may name besides its own model.</summary>
    public Dictionary<string, object?> SharedModel(SmtpOptions smtp)
    {
        // Without any name the sender's domain is what the recipient would recognise.
        var name = AppName.Length > 0 ? AppName
            : smtp.FromName.Length > 0 ? smtp.FromName
            : smtp.FromAddress[(smtp.FromAddress.LastIndexOf('@') + 1)..];
        return new(StringComparer.Ordinal) { ["app_name"] = name, ["frontend_url"] = smtp.FrontendUrl };
    }

    private static string ReadEhloName(SettingsSection section)
    {
        var name = section.Text("ehlo_name").Trim();
        if (name.Length == 0)
        {
            return "";
        }

        var address = name is ['[', .. var inner, ']'] ? inner : null;
        var isLiteral = address is not null && IPAddress.TryParse(address.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? address[5..] : address, out _);
        if (isLiteral || (name.Length <= 255 && name.All(char.IsAscii) && Uri.CheckHostName(name) == UriHostNameType.Dns && !name.Contains('_', StringComparison.Ordinal)))
        {
            return name;
        }

        section.Reject("ehlo_name", "is no host name", "write one in ASCII, such as sidecar.example.com, or an address in brackets, such as [192.0.2.7]");
        return "";
    }

    private static SslProtocols ReadTls(SettingsSection section, SslProtocols standard)
    {
        switch (section.Text("min_tls").Trim())
        {
            case "" or "1.2":
                return standard;
            case "1.3":
                return SslProtocols.Tls13;
            case "1.1" or "1.0" or "1":
                section.Reject("min_tls", "is a version that is no longer safe", "write 1.2 or 1.3; a relay that knows neither must be renewed");
                return standard;
            default:
                section.Reject("min_tls", "is no version of TLS", "write 1.2 or 1.3");
                return standard;
        }
    }

    private static string Templates(string configured, string directory)
    {
        if (configured.Length > 0)
        {
            return Path.GetFullPath(configured, Path.GetFullPath(directory));
        }

        // A mounted settings folder usually holds the app's file and nothing else.
        var beside = Path.GetFullPath(Path.Combine(directory, "templates"));
        return Directory.Exists(beside) ? beside : ShippedTemplates;
    }

    private static X509Certificate2Collection? Authorities(SettingsSection section, string directory)
    {
        var file = section.Text("ca");
        if (file.Length == 0)
        {
            return null;
        }

        try
        {
            file = Path.GetFullPath(file, Path.GetFullPath(directory));
            section.Refers("ca", file);
            var found = new X509Certificate2Collection();
            found.ImportFromPem(SmallFile.Text(file));
            if (found.Count > 0)
            {
                return found;
            }

            section.Reject("ca", "holds no certificate", "give a PEM file with at least one BEGIN CERTIFICATE block");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            section.Reject("ca", SmallFile.Problem(error), "give the path of a PEM file that the sidecar's user may read");
        }
        catch (CryptographicException)
        {
            section.Reject("ca", "holds something that is not a certificate", "give a PEM file with BEGIN CERTIFICATE blocks");
        }

        return null;
    }
}
