using System.Text;

namespace Sidecar.Upstream;

/// <summary>Takes the sidecar's own cookies out of a <c>Cookie</c> header; the others keep their bytes.</summary>
internal static class OwnCookies
{
    /// <summary>The names, without the <c>__Host-</c> that https puts before them.</summary>
    public const string Recovery = "sidecar-flow";

    /// <inheritdoc cref="Recovery"/>
    public const string Verification = "sidecar-verify";

    /// <inheritdoc cref="Recovery"/>
    public const string Page = "sidecar-page";

    /// <inheritdoc cref="Recovery"/>
    public const string VerificationPage = "sidecar-page-verify";

    /// <summary>What https puts before a cookie's name, so that browsers take it from this host alone.</summary>
    public const string HostPrefix = "__Host-";

    /// <summary>The header without our cookies: the same instance when there is none, null when nothing is left.</summary>
    public static string? Remove(string header)
    {
        if (!header.Contains("sidecar-", StringComparison.OrdinalIgnoreCase))
        {
            return header;
        }

        var kept = new StringBuilder(header.Length);
        var removed = false;
        foreach (var part in header.Split(';'))
        {
            if (IsOurs(part))
            {
                removed = true;
                continue;
            }

            if (kept.Length > 0)
            {
                kept.Append(';');
            }

            kept.Append(kept.Length == 0 && removed ? part.TrimStart(' ') : part);
        }

        return !removed ? header : kept.Length == 0 ? null : kept.ToString();
    }

    private static bool IsOurs(ReadOnlySpan<char> part)
    {
        var equals = part.IndexOf('=');
        var name = (equals < 0 ? part : part[..equals]).Trim(" \t");
        if (name.StartsWith(HostPrefix, StringComparison.OrdinalIgnoreCase))
        {
            name = name[HostPrefix.Length..];
        }

        return name.Equals(Recovery, StringComparison.OrdinalIgnoreCase) || name.Equals(Verification, StringComparison.OrdinalIgnoreCase) || name.Equals(Page, StringComparison.OrdinalIgnoreCase)
            || name.Equals(VerificationPage, StringComparison.OrdinalIgnoreCase);
    }
}
