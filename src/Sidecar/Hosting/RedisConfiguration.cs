using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace Sidecar.Hosting;

/// <summary>The client library's settings for a connection that fails at once and comes back quickly.</summary>
internal static class RedisConfiguration
{
    private const int ConnectMilliseconds = 1000;
    private const int ReconnectMilliseconds = 250;

    /// <summary>What the library would ask on its own and does without: each would be a right more, or a connection more.</summary>
    private static readonly string[] Unwanted = ["CONFIG", "ECHO", "SUBSCRIBE", "PSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "PUBLISH"];

    private static readonly CommandMap Single = CommandMap.Create([.. Unwanted, "CLUSTER"], available: false);
    private static readonly CommandMap Cluster = CommandMap.Create([.. Unwanted], available: false);

    /// <param name="options">The Redis.</param>
    /// <param name="master">Which server, where sentinels say.</param>
    public static ConfigurationOptions For(RedisOptions options, EndPoint? master = null)
    {
        var configuration = Common(options);
        foreach (var place in options.IsCluster ? options.Nodes : [master ?? options.EndPoint])
        {
            configuration.EndPoints.Add(place);
        }

        configuration.DefaultDatabase = options.Database;
        configuration.User = options.Username.Length > 0 ? options.Username : null;
        configuration.Password = options.Password.Length > 0 ? options.Password : null;
        configuration.CommandMap = options.IsCluster ? Cluster : Single;
        return configuration;
    }

    /// <summary>To all sentinels at once.</summary>
    public static ConfigurationOptions ForSentinels(RedisOptions options, RedisSentinelOptions sentinel)
    {
        var configuration = Common(options);
        foreach (var host in sentinel.Hosts)
        {
            configuration.EndPoints.Add(host);
        }

        configuration.User = sentinel.Username.Length > 0 ? sentinel.Username : null;
        configuration.Password = sentinel.Password.Length > 0 ? sentinel.Password : null;
        configuration.CommandMap = CommandMap.Sentinel;
        return configuration;
    }

    private static ConfigurationOptions Common(RedisOptions options)
    {
        var timeout = (int)options.Timeout.TotalMilliseconds;
        var configuration = new ConfigurationOptions
        {
            ClientName = "sidecar",
            // For INFO, which counts as the administrator's here.
            AllowAdmin = true,
            AbortOnConnectFail = false,
            // The default queues commands while Redis is down, so that each waits five seconds for its refusal.
            BacklogPolicy = BacklogPolicy.FailFast,
            ConnectTimeout = ConnectMilliseconds,
            ConnectRetry = 1,
            AsyncTimeout = timeout,
            SyncTimeout = timeout,
            ReconnectRetryPolicy = new LinearRetry(ReconnectMilliseconds),
            HeartbeatInterval = TimeSpan.FromMilliseconds(ReconnectMilliseconds),
            // Texts of exceptions reach logs: no keys in them.
            IncludeDetailInExceptions = false,
            IncludePerformanceCountersInExceptions = false,
            // No broadcasts: neither a second connection nor keys of the library's own.
            ConfigurationChannel = "",
            TieBreaker = "",
            // CLIENT SETINFO came with 7.2; an older ACL cannot even allow it.
            SetClientLibrary = false,
            Ssl = options.Tls,
        };
        if (options.Tls)
        {
            configuration.SslClientAuthenticationOptions = host => Authentication(options, host);
        }

        return configuration;
    }

    private static SslClientAuthenticationOptions Authentication(RedisOptions options, string host)
    {
        var authentication = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (options.AuthorityFile.Length > 0)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(options.AuthorityFile);
            authentication.CertificateChainPolicy = policy;
        }

        if (options.CertificateFile.Length > 0)
        {
            authentication.ClientCertificates = [X509Certificate2.CreateFromPemFile(options.CertificateFile, options.KeyFile.Length > 0 ? options.KeyFile : options.CertificateFile)];
        }

        return authentication;
    }
}
