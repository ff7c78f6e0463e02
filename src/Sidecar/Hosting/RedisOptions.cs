using System.Globalization;
using System.Net;

namespace Sidecar.Hosting;

/// <summary>
/// Where a Redis is and how to log in, in the shape of RAGFlow's <c>redis:</c> section, and beyond it: one server, a master that
/// sentinels name, or a Cluster.
/// </summary>
internal sealed record RedisOptions
{
    private const int DefaultPort = 6379;

    /// <summary><c>redis.host</c>: host name or IP literal, with its port behind a colon, as in RAGFlow's file. Empty: none. Default empty.</summary>
    public string Host { get; init; } = "";

    /// <summary><c>redis.port</c>: where <c>host</c> names none. 1 to 65535. Default 6379.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary><c>redis.sentinel</c>, in the place of <c>host</c>. Null: none.</summary>
    public RedisSentinelOptions? Sentinel { get; init; }

    /// <summary><c>redis.cluster.hosts</c>: some nodes of a Cluster, in the place of <c>host</c>; they name the others. It has database 0 alone, whatever <c>db</c> says; RAGFlow contracts then need <c>handoff.redis</c>. Default empty.</summary>
    public RedisHosts Nodes { get; init; } = [];

    /// <summary><c>redis.db</c>: database number, as RAGFlow's. 0 to 1023. Default 1.</summary>
    public int Database { get; init; } = 1;

    /// <summary><c>redis.username</c>: ACL user; empty means Redis' default user. Default empty.</summary>
    public string Username { get; init; } = "";

    /// <summary><c>redis.password</c>: empty means no login. Default empty.</summary>
    public string Password { get; init; } = "";

    /// <summary><c>redis.tls</c>: whether to speak TLS (1.2 or newer, certificate and name verified), to sentinels too. Default false.</summary>
    public bool Tls { get; init; }

    /// <summary><c>redis.ca</c>: PEM file of the authorities to trust instead of the machine's. Empty: the machine's. Default empty. Read anew for each connection.</summary>
    public string AuthorityFile { get; init; } = "";

    /// <summary><c>redis.certificate</c>: PEM file of our own certificate, for servers that ask for one. Default empty. Read anew for each connection.</summary>
    public string CertificateFile { get; init; } = "";

    /// <summary><c>redis.key</c>: PEM file of its private key. Default empty: the key is in the certificate's file.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary><c>redis.timeout</c>: how long one command may take before the store counts as down. 50ms to 5s; default 400ms.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>
    /// <c>redis.wait_replicas</c>: replicas that must have a step before what it grants is given: a try, a redeemed code, a reset. 0 to 5. Default 0: a
    /// fail-over may forget what the old master did not pass on.
    /// </summary>
    public int WaitReplicas { get; init; }

    public bool IsCluster => Nodes.Count > 0;

    public bool IsConfigured => Host.Length > 0 || IsCluster || Sentinel is not null;

    /// <summary>The place as logs and health checks name it; holds no login.</summary>
    public string Place => IsCluster ? $"the Cluster of {RedisHost.Words(Nodes[0])}"
        : Sentinel is not null ? string.Create(CultureInfo.InvariantCulture, $"{Sentinel.Master}/{Database} by Sentinel")
        : Host.Contains(':', StringComparison.Ordinal) ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}/{Database}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}/{Database}");

    public EndPoint EndPoint => RedisHost.EndPoint(Host, Port);

    public static RedisOptions Read(SettingsSection section)
    {
        var port = section.Int("port", DefaultPort, 1, 65535);
        if (!RedisHost.TrySplit(section.Text("host").Trim(), ref port, out var host))
        {
            section.Reject("host", "is not a host with an optional port", "write it as redis:6379");
        }

        var sentinel = RedisSentinelOptions.Read(section.Section("sentinel"));
        var nodes = RedisHost.ReadList(section.Section("cluster"), "hosts", DefaultPort);
        if (sentinel is not null && nodes.Count > 0)
        {
            section.Section("cluster").Reject("hosts", "is there besides `sentinel`", "keep one of the two: a Cluster promotes its replicas by itself");
        }

        return new RedisOptions
        {
            Host = host,
            Port = port,
            Sentinel = sentinel,
            Nodes = nodes,
            // RAGFlow's file says 1, so that whoever names a Cluster beside it need not say otherwise.
            Database = section.Int("db", 1, 0, 1023) is var database && nodes.Count > 0 ? 0 : database,
            Username = section.Text("username"),
            Password = section.Secret("password"),
            Tls = section.Bool("tls", false),
            AuthorityFile = PemFile.Read(section, "ca", PemFile.HoldsCertificates, "is not a readable PEM file with certificates", "name the file of the authority that signed the server's certificate"),
            CertificateFile = PemFile.Read(
                section, "certificate", file => PemFile.HoldsKeyPair(file, section.Text("key")), "is not a readable PEM file with a certificate, or `key` is not its private key", "name the certificate that Redis is to be shown, and its key in redis.key"),
            KeyFile = PemFile.Read(section, "key", static _ => true, "", ""),
            Timeout = section.Duration("timeout", TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5)),
            WaitReplicas = section.Int("wait_replicas", 0, 0, 5),
        };
    }

    /// <summary>Keeps the password out of whatever prints options.</summary>
    public override string ToString() => Place;
}
