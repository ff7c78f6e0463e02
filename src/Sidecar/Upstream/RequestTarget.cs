namespace Sidecar.Upstream;

/// <summary>
/// Splits a raw request target as it came over the wire. Nothing here decodes: what goes to the app must be what came in.
/// </summary>
internal static class RequestTarget
{
    private const string Server = "/*";

    /// <summary>Whether the target is the <c>*</c> of OPTIONS, which names no resource: it must not become one of the app's.</summary>
    public static bool IsServer(string rawTarget) => rawTarget == "*";

    /// <summary>Whether the target behind path and query may be that.</summary>
    public static bool MayBeServer(string pathAndQuery) => pathAndQuery == Server;

    /// <summary>Path and query as sent; the absolute form loses scheme and authority, which Host repeats.</summary>
    public static string PathAndQuery(string rawTarget)
    {
        if (rawTarget.StartsWith('/'))
        {
            return rawTarget;
        }

        var authority = rawTarget.IndexOf("://", StringComparison.Ordinal);
        if (authority < 0)
        {
            // `*` of OPTIONS, or the authority of CONNECT.
            return IsServer(rawTarget) ? Server : "/";
        }

        var path = rawTarget.AsSpan(authority + 3).IndexOfAny('/', '?');
        if (path < 0)
        {
            return "/";
        }

        var rest = rawTarget[(authority + 3 + path)..];
        return rest.StartsWith('/') ? rest : "/" + rest;
    }

    /// <summary>The path as sent: everything before the first question mark.</summary>
    public static ReadOnlySpan<char> Path(ReadOnlySpan<char> pathAndQuery)
    {
        var query = pathAndQuery.IndexOf('?');
        return query < 0 ? pathAndQuery : pathAndQuery[..query];
    }

    /// <summary>The query as sent, with its question mark; empty when there is none.</summary>
    public static ReadOnlySpan<char> Query(ReadOnlySpan<char> pathAndQuery)
    {
        var query = pathAndQuery.IndexOf('?');
        return query < 0 ? [] : pathAndQuery[query..];
    }
}
