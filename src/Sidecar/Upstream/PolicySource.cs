using System.Globalization;

namespace Sidecar.Upstream;

/// <summary>One entry of a policy's list of sources, such as <c>'self'</c>, <c>https:</c> or <c>*.example.org:8443/js/</c>.</summary>
internal static class PolicySource
{
    public static bool Matches(string source, ScriptAddress script)
    {
        if (source == "*" || source.Equals("'self'", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        if (source.StartsWith('\''))
        {
            return false;
        }

        var rest = source;
        var mark = rest.IndexOf("://", StringComparison.Ordinal);
        if (mark >= 0)
        {
            if (!SchemeMatches(rest[..mark], script))
            {
                return false;
            }

            rest = rest[(mark + 3)..];
        }
        else if (rest.EndsWith(':'))
        {
            return SchemeMatches(rest[..^1], script);
        }

        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var authority = slash < 0 ? rest : rest[..slash];
        return AuthorityMatches(authority, script) && PathMatches(slash < 0 ? "" : rest[slash..], script.Path);
    }

    /// <summary>A policy for http holds for https, too.</summary>
    private static bool SchemeMatches(string scheme, ScriptAddress script) =>
        scheme.Equals(script.Scheme, StringComparison.OrdinalIgnoreCase) || (script.IsHttps && scheme.Equals("http", StringComparison.OrdinalIgnoreCase));

    private static bool AuthorityMatches(string authority, ScriptAddress script)
    {
        // Behind the brackets of an IPv6 address.
        var colon = authority.IndexOf(':', authority.LastIndexOf(']') + 1);
        var host = colon < 0 ? authority : authority[..colon];
        var port = colon < 0 ? "" : authority[(colon + 1)..];
        var isHost = host.StartsWith("*.", StringComparison.Ordinal)
            ? script.Host.Host.EndsWith(host[1..], StringComparison.OrdinalIgnoreCase)
            : host == "*" || host.Equals(script.Host.Host, StringComparison.OrdinalIgnoreCase);
        return isHost && port switch
        {
            "*" => true,
            "" => script.Port == (script.IsHttps ? 443 : 80),
            _ => port == script.Port.ToString(CultureInfo.InvariantCulture) || (port == "80" && script.Port == 443),
        };
    }

    /// <summary>A path that ends in a slash is the beginning of others.</summary>
    private static bool PathMatches(string path, string of)
    {
        var plain = Uri.UnescapeDataString(path);
        return plain.Length == 0 || (plain.EndsWith('/') ? of.StartsWith(plain, StringComparison.Ordinal) : of == plain);
    }
}
