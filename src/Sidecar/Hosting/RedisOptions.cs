using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sidecar.Hosting;

/// <summary>Where a Redis is and how to log in, in the shape of RAGFlow's <c>redis:</c> section.</summary>
internal sealed record RedisOptions
{
    private const int DefaultPort = 6379;

    /// <summary><c>redis.host</c>: host name or IP literal, with its port behind a colon, as in RAGFlow's file. Empty: no Redis is configured. Default empty.</summary>
    public string Host { get; init; } = "";

    /// <summary><c>redis.port</c>: where <c>host</c> names none. 1 to 65535. Default 6379.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary><c>redis.db</c>: database number, as RAGFlow's. 0 to 1023. Default 1.</summary>
    public int Database { get; init; } = 1;

    /// <summary><c>redis.username</c>: ACL user; empty means Redis' default user. Default empty.</summary>
    public string Username { get; init; } = "";

    /// <summary><c>redis.password</c>: empty means no login. Default empty.</summary>
    public string Password { get; init; } = "";

    /// <summary><c>redis.tls</c>: whether to speak TLS (1.2 or newer, certificate and name verified). Default false.</summary>
    public bool Tls { get; init; }

    /// <summary><c>redis.ca</c>: PEM file of the authorities to trust instead of the machine's. Empty: the machine's. Default empty.</summary>
    public string AuthorityFile { get; init; } = "";

    /// <summary><c>redis.timeout</c>: how long one command may take before the store counts as down. 50ms to 5s; default 400ms.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(400);

    public bool IsConfigured => Host.Length > 0;

    /// <summary>The place as logs and health checks name it; holds no login.</summary>
    public string Place => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}/{Database}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}/{Database}");

    public EndPoint EndPoint => IPAddress.TryParse(Host, out var address) ? new IPEndPoint(address, Port) : new DnsEndPoint(Host, Port);

    public static RedisOptions Read(SettingsSection section)
    {
        var port = section.Int("port", DefaultPort, 1, 65535);
        if (!TrySplit(section.Text("host").Trim(), ref port, out var host))
        {
            section.Reject("host", "is not a host with an optional port", "write it as redis:6379");
        }

        var authorityFile = section.Text("ca");
        if (authorityFile.Length > 0)
        {
            section.Refers("ca", authorityFile);
        }

        if (authorityFile.Length > 0 && !HoldsCertificates(authorityFile))
        {
            section.Reject("ca", "is not a readable PEM file with certificates", "name the file of the authority that signed the server's certificate");
        }

        return new RedisOptions
        {
            Host = host,
            Port = port,
            Database = section.Int("db", 1, 0, 1023),
            Username = section.Text("username"),
            Password = section.Secret("password"),
            Tls = section.Bool("tls", false),
            AuthorityFile = authorityFile,
            Timeout = section.Duration("timeout", TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5)),
        };
    }

    /// <summary>Keeps the password out of whatever prints options.</summary>
    public override string ToString() => Place;

    private static bool TrySplit(string text, ref int port, out string host)
    {
        host = text.Trim('[', ']');
        // Behind a bracket comes a port or nothing; the parser would take either for part of the address.
        if (text.Length == 0 || (!host.Contains(']', StringComparison.Ordinal) && IPAddress.TryParse(host, out _)))
        {
            return true;
        }

        var colon = text.LastIndexOf(':');
        if (colon >= 0)
        {
            host = text[..colon].Trim('[', ']');
            if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var written) || written is < 1 or > 65535)
            {
                host = "";
                return false;
            }

            port = written;
        }

        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            host = "";
            return false;
        }

        return true;
    }

    private static bool HoldsCertificates(string file)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(file);
            return certificates.Count > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return false;
        }
    }
}
