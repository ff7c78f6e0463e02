using System.Globalization;
using System.Net;

namespace Sidecar.Hosting;

/// <summary>A host with its port, as settings and Redis itself write it.</summary>
internal static class RedisHost
{
    /// <summary>Takes <c>host</c>, <c>host:port</c>, an IP literal, and <c>[::1]:port</c>. False, with an empty host, for anything else.</summary>
    public static bool TrySplit(string text, ref int port, out string host)
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

    public static EndPoint EndPoint(string host, int port) => IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, port) : new DnsEndPoint(host, port);

    /// <summary>A list of them, each a fault where it is none.</summary>
    public static RedisHosts ReadList(SettingsSection section, string key, int defaultPort)
    {
        var hosts = new List<EndPoint>();
        foreach (var written in section.Texts(key))
        {
            var port = defaultPort;
            if (written.Trim().Length == 0 || !TrySplit(written.Trim(), ref port, out var host))
            {
                section.Reject(key, $"holds `{written}`, which is not a host with an optional port", string.Create(CultureInfo.InvariantCulture, $"write it as redis-1:{defaultPort}"));
                continue;
            }

            hosts.Add(EndPoint(host, port));
        }

        return [.. hosts];
    }

    /// <summary>As logs name it.</summary>
    public static string Words(EndPoint place) => place is DnsEndPoint name ? string.Create(CultureInfo.InvariantCulture, $"{name.Host}:{name.Port}") : place.ToString()!;
}
