using System.Globalization;
using System.Text;

namespace Sidecar.Tests.Upstream;

/// <summary>
/// A server as it may stand behind the sidecar, from one that decodes once and compares to one that forgives everything.
/// Written for itself and not after the guard: it works on bytes, in the one order of its settings.
/// </summary>
/// <param name="Decodings">How often it decodes.</param>
/// <param name="FoldsOverlong">Whether its decoder takes UTF-8 that is longer than it need be.</param>
/// <param name="Windows">Whether backslashes are slashes and case does not count.</param>
/// <param name="DropsParameters">Whether <c>;params</c> belong to no segment.</param>
/// <param name="Tidies">Whether it merges slashes, resolves dots, cuts at <c>#</c> and a decoded <c>?</c>, and forgives a last slash.</param>
/// <param name="TidiesFirst">Whether it does so before it decodes and once more after, as a proxy and an app in a row do.</param>
internal sealed record PathReader(int Decodings, bool FoldsOverlong, bool Windows, bool DropsParameters, bool Tidies, bool TidiesFirst)
{
    /// <summary>Decodes once and compares.</summary>
    public static PathReader Strict { get; } = new(1, false, false, false, false, false);

    /// <summary>Forgives everything.</summary>
    public static PathReader Lenient { get; } = new(8, true, true, true, true, false);

    /// <summary>Every combination that makes a difference.</summary>
    public static IReadOnlyList<PathReader> All { get; } =
    [
        .. from decodings in new[] { 0, 1, 2, 8 }
           from flags in Enumerable.Range(0, 32)
           where (flags & 24) != 16 && (decodings > 0 || (flags & 17) == 0)
           select new PathReader(decodings, (flags & 1) > 0, (flags & 2) > 0, (flags & 4) > 0, (flags & 8) > 0, (flags & 16) > 0),
    ];

    /// <summary>The path that this server would look up for a request target.</summary>
    public string Read(string target)
    {
        var path = target;
        if (!path.StartsWith('/'))
        {
            var authority = path[(path.IndexOf("://", StringComparison.Ordinal) + 3)..];
            var slash = authority.IndexOf('/', StringComparison.Ordinal);
            path = slash < 0 ? "/" : authority[slash..];
        }

        path = path.Split('?')[0];
        if (TidiesFirst)
        {
            path = Tidy(path);
        }

        for (var i = 0; i < Decodings && Decoded(path) is var next && next != path; i++)
        {
            path = next;
        }

        path = Tidy(path);
        return Windows ? path.ToLowerInvariant() : path;
    }

    private string Decoded(string path)
    {
        var bytes = new List<int>();
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '%' && i + 2 < path.Length && int.TryParse(path.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 2;
            }
            else
            {
                bytes.Add(path[i]);
            }
        }

        var text = new StringBuilder();
        for (var i = 0; i < bytes.Count; i++)
        {
            var more = !FoldsOverlong ? 0 : bytes[i] switch { >= 0xC0 and < 0xE0 => 1, >= 0xE0 and < 0xF0 => 2, >= 0xF0 and < 0xF8 => 3, >= 0xF8 and < 0xFC => 4, >= 0xFC and < 0xFE => 5, _ => 0 };
            var tail = bytes.Skip(i + 1).Take(more).TakeWhile(static next => (next & ~0x3F) == 0x80).ToArray();
            var folded = tail.Aggregate(bytes[i] & (0x3F >> more), static (sum, next) => (sum << 6) | (next & 0x3F));
            var folds = more > 0 && tail.Length == more && folded < 0x80;
            text.Append((char)(folds ? folded : bytes[i]));
            i += folds ? more : 0;
        }

        return text.ToString();
    }

    private string Tidy(string path)
    {
        path = Windows ? path.Replace('\\', '/') : path;
        path = Tidies ? path.Split('#')[0].Split('?')[0] : path;
        path = DropsParameters ? string.Join('/', path.Split('/').Select(static segment => segment.Split(';')[0])) : path;
        if (!Tidies)
        {
            return path;
        }

        var kept = new Stack<string>();
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment != "..")
            {
                if (segment != ".")
                {
                    kept.Push(segment);
                }
            }
            else
            {
                kept.TryPop(out _);
            }
        }

        return "/" + string.Join('/', kept.Reverse());
    }
}
