using System.Buffers;

namespace Sidecar.Upstream;

/// <summary>
/// Paths for which something is added. Unlike <see cref="PathPatterns"/>, which must not be got around, only the plain spelling
/// counts: what is asked for in another way is simply left alone.
/// </summary>
/// <param name="patterns">Paths, or beginnings of paths with a <c>*</c> behind them.</param>
internal sealed class PathList(IReadOnlyList<string> patterns)
{
    // What stands in HTML, in a header field and in a plain path alike: no quotes, no escapes, no query.
    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$()+,=:@/");

    public IReadOnlyList<string> Patterns { get; } = patterns;

    /// <summary>Whether a text is a path in its plain spelling: no escapes, no empty or dot segments.</summary>
    public static bool IsPlain(ReadOnlySpan<char> path) =>
        path.StartsWith('/') && !path.ContainsAnyExcept(Letters) && !path.Contains("//", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal);

    /// <summary>Whether a text can stand in the list.</summary>
    public static bool IsPattern(string text) => IsPlain(text.EndsWith('*') ? text.AsSpan(0, text.Length - 1) : text);

    public bool Contains(ReadOnlySpan<char> path)
    {
        foreach (var pattern in Patterns)
        {
            if (pattern.EndsWith('*') ? path.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.Ordinal) : path.SequenceEqual(pattern))
            {
                return true;
            }
        }

        return false;
    }
}
