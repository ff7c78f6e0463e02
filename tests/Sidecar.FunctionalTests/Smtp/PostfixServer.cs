using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using MimeKit;

namespace Sidecar.FunctionalTests.Smtp;

/// <summary>
/// A real Postfix of Debian in a directory of its own, on free loopback ports: one with TLS from the first byte, one with
/// STARTTLS, both for logged-in clients only, and one in clear text that takes mail for its own domains. It delivers
/// example.com and sidecar.test into a maildir that tests read.
/// </summary>
public sealed class PostfixServer : IAsyncLifetime
{
    public const string User = "mailer";
    public const string Password = "s3cret-relay";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Services that offer one kind of login each, by the name of their SASL settings.</summary>
    private static readonly Dictionary<string, string> Logins = new()
    {
        ["plain"] = "PLAIN", ["login"] = "LOGIN", ["scram1"] = "SCRAM-SHA-1", ["scram256"] = "SCRAM-SHA-256", ["scrams"] = "SCRAM-SHA-1 SCRAM-SHA-256",
    };

    /// <summary>Services whose logins a Dovecot beside this Postfix checks, if there is one.</summary>
    private static readonly Dictionary<string, string> DovecotLogins = new()
    {
        ["xoauth2"] = "xoauth2", ["oauthbearer"] = "oauthbearer", ["oauth2"] = "xoauth2, oauthbearer",
    };

    private readonly Dictionary<string, int> _loginPorts = Logins.Keys.Concat(DovecotLogins.Keys).ToDictionary(static name => name, static _ => FreePort());
    private DirectoryInfo? _directory;

    public int ImplicitTlsPort { get; } = FreePort();

    public int StartTlsPort { get; } = FreePort();

    public int PlainPort { get; } = FreePort();

    /// <summary>In clear text, without SMTPUTF8, and closed by Postfix after a second without a word.</summary>
    public int AsciiPort { get; } = FreePort();

    /// <summary>With a local part of 64 letters, an address as long as one may be.</summary>
    public static string LongDomain { get; } = string.Join('.', Enumerable.Repeat(new string('b', 60), 3)) + ".relays";

    /// <summary>Whether there is a Postfix here that may be started.</summary>
    public bool IsRunning => _directory is not null;

    /// <summary>TLS 1.2 at most, from the first byte, without a login.</summary>
    public int OldTlsPort { get; } = FreePort();

    /// <summary>Where the server's files are; null where there is none.</summary>
    public string? Root => _directory?.FullName;

    /// <summary>PEM file of the authority behind the relay's certificate, which is for <c>localhost</c> and 127.0.0.1.</summary>
    public string AuthorityFile => At("authority.pem");

    /// <summary>What it shows in TLS.</summary>
    public string CertificateFile => At("relay.pem");

    public async ValueTask InitializeAsync()
    {
        // Postfix drops its rights by itself and insists on starting with all of them.
        if (!File.Exists("/usr/sbin/postfix") || !Environment.IsPrivilegedProcess)
        {
            if (Environment.GetEnvironmentVariable("CI") == "true")
            {
                throw new InvalidOperationException("Postfix is not installed, or the tests do not run as root.");
            }

            return;
        }

        _directory = Directory.CreateTempSubdirectory("sidecar-postfix-");
        RelayAuthority.Write(AuthorityFile, At("relay.pem"), At("relay.key"));
        foreach (var name in new[] { "etc/sasl", "queue", "data", "mail" })
        {
            _directory.CreateSubdirectory(name);
        }

        await File.WriteAllTextAsync(At("etc/main.cf"), MainSettings());
        await File.WriteAllTextAsync(At("etc/master.cf"), Services());
        // Debian's Postfix looks for it beside its own settings, whatever cyrus_sasl_config_path says.
        await File.WriteAllTextAsync(At("etc/sasl/smtpd.conf"), $"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN LOGIN\nsasldb_path: {At("etc/sasl/db")}\n");
        foreach (var (name, mechanisms) in Logins)
        {
            await File.WriteAllTextAsync(At($"etc/sasl/{name}.conf"), $"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: {mechanisms}\nsasldb_path: {At("etc/sasl/db")}\n");
        }

        await RunAsync("sh", "-c", $"""
            set -e
            chmod 755 '{_directory.FullName}'
            printf %s '{Password}' | saslpasswd2 -p -c -f '{At("etc/sasl/db")}' -u sidecar.test {User}
            chown -R postfix '{At("data")}' '{At("mail")}' '{At("etc/sasl")}'
            """);
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_directory is not null)
        {
            await StopAsync();
            _directory.Delete(recursive: true);
        }
    }

    /// <summary>The STARTTLS port that offers that login alone: plain, login, scram1, scram256, scrams, and with a Dovecot xoauth2, oauthbearer, oauth2.</summary>
    public int LoginPort(string name) => _loginPorts[name];

    /// <summary>Ends a test as skipped where there is no Postfix.</summary>
    public void SkipUnlessRunning() => Assert.SkipWhen(_directory is null, "Postfix is not installed, or the tests do not run as root");

    public async Task StartAsync()
    {
        await RunAsync("postfix", "-c", At("etc"), "start");
        using var timeout = new CancellationTokenSource(Patience);
        foreach (var port in new[] { ImplicitTlsPort, StartTlsPort, PlainPort, AsciiPort })
        {
            while (!await ListensAsync(port, timeout.Token))
            {
                await Task.Delay(20, timeout.Token);
            }
        }
    }

    public Task StopAsync() => RunAsync("postfix", "-c", At("etc"), "abort");

    /// <summary>Waits for the mail to that address and reads it.</summary>
    public async Task<MimeMessage> MailToAsync(string address)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (true)
        {
            if (Delivered().FirstOrDefault(message => IsTo(message, address)) is { } found)
            {
                return found;
            }

            await Task.Delay(20, timeout.Token);
        }
    }

    /// <summary>How often the log says so.</summary>
    public int LogCount(string words) => File.Exists(At("data/mail.log")) ? File.ReadLines(At("data/mail.log")).Count(line => line.Contains(words, StringComparison.Ordinal)) : 0;

    /// <summary>Gives the user another password.</summary>
    public Task ChangePasswordAsync(string password) => RunAsync("sh", "-c", $"printf %s '{password}' | saslpasswd2 -p -f '{At("etc/sasl/db")}' -u sidecar.test {User}");

    /// <summary>Reads the settings again, at which every process of Postfix is replaced.</summary>
    public Task ReloadAsync() => RunAsync("postfix", "-c", At("etc"), "reload");

    /// <summary>How many mails to that address have been delivered.</summary>
    public int MailCount(string address) => Delivered().Count(message => IsTo(message, address));

    private static bool IsTo(MimeMessage message, string address) => message.To.Mailboxes.Any(mailbox => mailbox.Address == address || mailbox.GetAddress(idnEncode: true) == address);

    private IEnumerable<MimeMessage> Delivered()
    {
        var inbox = At("mail/all/new");
        return Directory.Exists(inbox) ? Directory.GetFiles(inbox).Select(static file => MimeMessage.Load(file)) : [];
    }

    private string MainSettings() => $$"""
        compatibility_level = 3.6
        queue_directory = {{At("queue")}}
        data_directory = {{At("data")}}
        maillog_file = {{At("data/mail.log")}}
        maillog_file_prefixes = {{_directory!.FullName}}
        mail_owner = postfix
        setgid_group = postdrop
        inet_interfaces = 127.0.0.1
        inet_protocols = ipv4
        myhostname = relay.sidecar.test
        mydestination =
        mynetworks =
        alias_maps =
        alias_database =
        smtpd_tls_cert_file = {{At("relay.pem")}}
        smtpd_tls_key_file = {{At("relay.key")}}
        smtpd_tls_received_header = yes
        cyrus_sasl_config_path = {{At("etc/sasl")}}
        smtpd_sasl_local_domain = sidecar.test
        smtpd_error_sleep_time = 0
        smtpd_relay_restrictions = reject_unauth_destination
        smtpd_recipient_restrictions = check_recipient_access inline:{ {refused@sidecar.test = REJECT nobody here}, {later@sidecar.test = DEFER come back} }
        virtual_mailbox_domains = example.com, sidecar.test, xn--bcher-kva.test, bücher.test, {{LongDomain}}
        transport_maps = inline:{ discard@sidecar.test=discard: }
        virtual_mailbox_base = {{At("mail")}}
        virtual_mailbox_maps = static:all/
        virtual_uid_maps = static:{{Id("-u")}}
        virtual_gid_maps = static:{{Id("-g")}}
        virtual_minimum_uid = 1

        """;

    private string Services()
    {
        const string Login = "-o smtpd_tls_security_level=encrypt -o smtpd_sasl_auth_enable=yes -o smtpd_client_restrictions=permit_sasl_authenticated,reject";
        return $"""
            127.0.0.1:{ImplicitTlsPort} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes {Login}
            127.0.0.1:{StartTlsPort} inet n - n - - smtpd {Login}
            127.0.0.1:{PlainPort} inet n - n - - smtpd
            127.0.0.1:{AsciiPort} inet n - n - - smtpd -o smtputf8_enable=no -o smtpd_timeout=1s
            127.0.0.1:{OldTlsPort} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_tls_mandatory_protocols=<=TLSv1.2
            {string.Join('\n', Logins.Keys.Select(name => $"127.0.0.1:{LoginPort(name)} inet n - n - - smtpd {Login} -o smtpd_sasl_path={name}"))}
            {string.Join('\n', DovecotLogins.Select(service => $"127.0.0.1:{LoginPort(service.Key)} inet n - n - - smtpd {Login} -o smtpd_sasl_type=dovecot -o smtpd_sasl_path=private/login -o {{ smtpd_sasl_mechanism_filter = {service.Value} }}"))}
            postlog unix-dgram n - n - 1 postlogd
            cleanup unix n - n - 0 cleanup
            qmgr unix n - n 300 1 qmgr
            tlsmgr unix - - n 1000? 1 tlsmgr
            rewrite unix - - n - - trivial-rewrite
            bounce unix - - n - 0 bounce
            defer unix - - n - 0 bounce
            trace unix - - n - 0 bounce
            proxymap unix - - n - - proxymap
            anvil unix - - n - 1 anvil
            virtual unix - n n - - virtual
            error unix - - n - - error
            retry unix - - n - - error
            discard unix - - n - - discard

            """;
    }

    private string At(string name) => Path.Combine(_directory!.FullName, name);

    private static string Id(string flag)
    {
        using var process = Process.Start(new ProcessStartInfo("id", [flag, "postfix"]) { RedirectStandardOutput = true })!;
        return int.Parse(process.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
    }

    private static async Task RunAsync(string command, params string[] arguments)
    {
        // The daemon keeps what it inherits: a redirected output would never end.
        using var process = Process.Start(new ProcessStartInfo(command, arguments))!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command} ended with {process.ExitCode}.");
        }
    }

    private static async Task<bool> ListensAsync(int port, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
