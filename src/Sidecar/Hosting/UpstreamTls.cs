using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sidecar.Hosting;

/// <summary>
/// How an app behind TLS is known: by an authority of its own, and by a name of its own. The file is read for every connection, so
/// that authorities can be exchanged while the sidecar runs; while it holds none, the last good ones count.
/// </summary>
/// <param name="authorityFile"><c>listeners[].upstream_tls.ca</c>: PEM file of the authorities to trust for the app's certificate instead of the machine's; a relative path starts at the settings folder. Default: the machine's.</param>
/// <param name="serverName"><c>listeners[].upstream_tls.server_name</c>: whom the app's certificate must name, also told to the app in the handshake. Default: the host in `upstream`; without this section the client's Host.</param>
internal sealed class UpstreamTls(string authorityFile, string serverName)
{
    public const string Section = "upstream_tls";

    private volatile Authorities? _authorities;

    public string AuthorityFile => authorityFile;

    public string ServerName => serverName;

    /// <summary>For one handshake.</summary>
    /// <param name="isHttp2">Whether the app is spoken to in HTTP/2.</param>
    public SslClientAuthenticationOptions Options(bool isHttp2) => new()
    {
        TargetHost = serverName,
        ApplicationProtocols = [isHttp2 ? SslApplicationProtocol.Http2 : SslApplicationProtocol.Http11],
        CertificateChainPolicy = Policy(),
    };

    /// <summary>Null where nothing is set.</summary>
    public static UpstreamTls? Read(SettingsSection listener, Uri upstream)
    {
        var section = listener.Section(Section);
        var (file, name) = (section.Text("ca"), section.Text("server_name").Trim());
        if (!section.Exists)
        {
            return null;
        }

        if (upstream.Scheme != Uri.UriSchemeHttps)
        {
            listener.Reject(Section, "is set, and `upstream` is not https", "write upstream: https://…, or take upstream_tls away");
        }

        if (name.Length > 0 && Uri.CheckHostName(name) == UriHostNameType.Unknown)
        {
            section.Reject("server_name", "is no host name", "write the name as the app's certificate has it, without scheme and port");
        }

        var path = file.Length > 0 ? section.Reading.Full(file) : "";
        if (path.Length > 0)
        {
            section.Refers("ca", path);
            if (!PemFile.HoldsCertificates(path))
            {
                section.Reject("ca", "is not a readable PEM file with certificates", "name the file of the authority that signed the app's certificate");
            }
        }

        return new(path, name.Length > 0 ? name : upstream.IdnHost);
    }

    /// <summary>Null for the machine's authorities.</summary>
    private X509ChainPolicy? Policy()
    {
        if (authorityFile.Length == 0)
        {
            return null;
        }

        // Nobody is asked over the network whether a private authority has taken something back.
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(Current());
        // It is for servers.
        policy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.1"));
        return policy;
    }

    private X509Certificate2Collection Current()
    {
        try
        {
            if (SmallFile.Text(authorityFile) is { } text && text != _authorities?.Text)
            {
                var read = new X509Certificate2Collection();
                read.ImportFromPem(text);
                _authorities = read.Count > 0 ? new(text, read) : _authorities;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // Half written, or being swapped; a change that stays wrong is told by who looks at the settings.
        }

        return _authorities?.Certificates ?? [];
    }

    private sealed record Authorities(string Text, X509Certificate2Collection Certificates);
}
