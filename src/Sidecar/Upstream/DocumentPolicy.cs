using Microsoft.AspNetCore.Http;

namespace Sidecar.Upstream;

/// <summary>The document that policies speak about, and the script that is to be in it, as its browser sees them.</summary>
/// <param name="IsHttps">Whether the browser came by https.</param>
/// <param name="Host">Host and port of the document, and so of the script.</param>
/// <param name="Path">The script's path.</param>
internal readonly record struct ScriptAddress(bool IsHttps, HostString Host, string Path)
{
    public string Scheme => IsHttps ? "https" : "http";

    public int Port => Host.Port ?? (IsHttps ? 443 : 80);
}

/// <summary>
/// Asks the app's Content-Security-Policy whether a script of the same origin may be loaded, and with which nonce. It is only
/// ever read: where it says no, the document stays as it is.
/// </summary>
internal static class DocumentPolicy
{
    private static readonly string[] Governing = ["script-src-elem", "script-src", "default-src"];

    /// <param name="headers">Policies in header fields, each possibly several with commas between them.</param>
    /// <param name="metas">Policies that the head declares; they cannot sandbox.</param>
    /// <param name="script">The script.</param>
    /// <param name="nonce">The nonce that the tag must carry; null for none.</param>
    /// <returns>Whether all policies allow it.</returns>
    public static bool Allows(IEnumerable<string?> headers, IReadOnlyList<string> metas, ScriptAddress script, out string? nonce)
    {
        nonce = null;
        var policies = headers.SelectMany(static header => (header ?? "").Split(',')).Select(Parse).ToList();
        if (policies.Any(static policy => policy.TryGetValue("sandbox", out var sandbox) && !sandbox.Contains("allow-scripts", StringComparer.OrdinalIgnoreCase)))
        {
            return false;
        }

        policies.AddRange(metas.SelectMany(static meta => meta.Split(',')).Select(Parse));
        var lists = policies.Select(SourcesOf).OfType<string[]>().ToArray();
        if (lists.All(list => AllowsAddress(list, script)))
        {
            return true;
        }

        nonce = lists.SelectMany(Nonces).FirstOrDefault(candidate => lists.All(list => AllowsAddress(list, script) || Nonces(list).Contains(candidate, StringComparer.Ordinal)));
        return nonce is not null;
    }

    /// <summary>The directives by name; of two with the same name the first counts.</summary>
    private static Dictionary<string, string[]> Parse(string policy)
    {
        var directives = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var directive in policy.Split(';'))
        {
            var words = directive.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0)
            {
                directives.TryAdd(words[0], words[1..]);
            }
        }

        return directives;
    }

    /// <summary>What a policy says of scripts from elsewhere; null when it says nothing.</summary>
    private static string[]? SourcesOf(Dictionary<string, string[]> policy) =>
        Governing.Select(name => policy.GetValueOrDefault(name)).FirstOrDefault(static sources => sources is not null);

    /// <summary>Only what cannot break out of an attribute is taken for a nonce.</summary>
    private static IEnumerable<string> Nonces(string[] sources) => sources
        .Where(static source => source.StartsWith("'nonce-", StringComparison.OrdinalIgnoreCase) && source.EndsWith('\'') && source.Length > 8)
        .Select(static source => source[7..^1])
        .Where(static nonce => nonce.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '+' or '/' or '-' or '_' or '='));

    private static bool AllowsAddress(string[] sources, ScriptAddress script) =>
        !sources.Contains("'strict-dynamic'", StringComparer.OrdinalIgnoreCase) && sources.Any(source => PolicySource.Matches(source, script));
}
