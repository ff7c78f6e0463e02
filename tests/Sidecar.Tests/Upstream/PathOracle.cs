using System.Text.RegularExpressions;

namespace Sidecar.Tests.Upstream;

/// <summary>
/// A slow second opinion, written another way: rewrites one place at a time, in every order, and says whether a guarded path
/// can be reached. It reaches at least what whole-path readings reach.
/// </summary>
internal static partial class PathOracle
{
    private const int Most = 200_000;

    /// <summary>Null where even this would take too long.</summary>
    public static bool? MayRead(string path, IReadOnlyCollection<string> guarded)
    {
        var wanted = guarded.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var seen = new HashSet<string>(StringComparer.Ordinal) { path };
        var open = new Stack<string>(seen);
        while (open.TryPop(out var text))
        {
            if (wanted.Contains(text))
            {
                return true;
            }

            foreach (var next in Rewrites(text).Where(seen.Add))
            {
                if (seen.Count > Most)
                {
                    return null;
                }

                open.Push(next);
            }
        }

        return false;
    }

    private static IEnumerable<string> Rewrites(string text)
    {
        foreach (Match match in Places().Matches(text))
        {
            var written = match.Groups["hex"] is { Success: true } hex ? ((char)Convert.ToByte(hex.Value, 16)).ToString() : "/";
            yield return text[..match.Index] + written + text[(match.Index + match.Length)..];
        }

        foreach (Match match in Overlong().Matches(text))
        {
            var value = match.Value.Skip(1).Aggregate(match.Length == 2 ? match.Value[0] & 0x1F : 0, static (sum, next) => (sum << 6) | (next & 0x3F));
            if (value < 0x80)
            {
                yield return text[..match.Index] + (char)value + text[(match.Index + match.Length)..];
            }
        }

        // Overlapping ones, such as `/a/b/../..`, come one after the other.
        foreach (Match match in Up().Matches(text))
        {
            yield return text[..match.Index] + "/" + text[(match.Index + match.Length)..];
        }

        foreach (Match match in Parameters().Matches(text))
        {
            yield return text.Remove(match.Index, match.Length);
        }

        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] is ';' or '#' or '?')
            {
                yield return text[..i];
            }
        }

        if (text.Length > 1 && text[^1] == '/')
        {
            yield return text[..^1];
        }

        // A dot segment makes its path start at the first slash.
        if (text.IndexOf('/', StringComparison.Ordinal) is > 0 and var start)
        {
            yield return text[start..];
        }
    }

    [GeneratedRegex(@"%(?<hex>[0-9A-Fa-f]{2})|\\|//|/\.(?=/|$)/?|^/\.\.(?=/|$)/?")]
    private static partial Regex Places();

    [GeneratedRegex("[\u00C0\u00C1][\u0080-\u00BF]|\u00E0[\u0080-\u00BF]{2}|\u00F0[\u0080-\u00BF]{3}|\u00F8[\u0080-\u00BF]{4}|\u00FC[\u0080-\u00BF]{5}")]
    private static partial Regex Overlong();

    [GeneratedRegex(@"/(?!\.\.?/)[^/]*/\.\.(?=/|$)/?")]
    private static partial Regex Up();

    [GeneratedRegex(";[^/]*")]
    private static partial Regex Parameters();
}
