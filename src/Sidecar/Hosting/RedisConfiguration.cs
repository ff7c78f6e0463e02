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

    public static ConfigurationOptions For(RedisOptions options)
    {
        var timeout = (int)options.Timeout.TotalMilliseconds;
        var configuration = new ConfigurationOptions
        {
            EndPoints = { options.EndPoint },
            DefaultDatabase = options.Database,
            User = options.Username.Length > 0 ? options.Username : null,
            Password = options.Password.Length > 0 ? options.Password : null,
            ClientName = "sidecar",
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
            // One server, no broadcasts: neither a second connection nor keys of the library's own.
            ConfigurationChannel = "",
            TieBreaker = "",
            Ssl = options.Tls,
        };
        if (options.Tls)
        {
            configuration.SslClientAuthenticationOptions = _ => Authentication(options);
        }

        return configuration;
    }

    private static SslClientAuthenticationOptions Authentication(RedisOptions options)
    {
        var authentication = new SslClientAuthenticationOptions
        {
            TargetHost = options.Host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (options.AuthorityFile.Length > 0)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(options.AuthorityFile);
            authentication.CertificateChainPolicy = policy;
        }

        return authentication;
    }
}
