using CsCheck;
using Sidecar.Contracts;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

/// <summary>The real guard, its paths, and every way to write one of them.</summary>
internal static class GuardedPaths
{
    public static PathGuard<FlowRoute> Guard { get; } = new(RagflowRoutes.Guarded(RagflowRoutes.Contracts, verification: true, gate: true));

    public static IReadOnlyList<string> All { get; } = [.. RagflowRoutes.Guarded(RagflowRoutes.Contracts).Select(static entry => entry.Key)];

    public static Gen<string> One { get; } = Gen.Int[0, All.Count - 1].Select(static i => All[i]);

    /// <summary>What leaves the meaning of a path as it is, to some server. Applied in any order, none cancels another.</summary>
    private static readonly Func<string, int, string>[] Disguises =
    [
        static (path, at) => At(path, at, static letter => $"%{(int)letter:X2}"),
        static (path, at) => At(path, at, static letter => $"%{(int)letter:x2}"),
        static (path, at) => At(path, at, static letter => $"%25{(int)letter:X2}"),
        static (path, at) => At(path, at, static letter => $"%C{(letter < 0x40 ? 0 : 1)}%{0x80 | (letter & 0x3F):X2}"),
        static (path, at) => At(path, at, static letter => $"%E0%8{letter >> 6}%{0x80 | (letter & 0x3F):X2}"),
        static (path, at) => At(path, at, static letter => char.IsAsciiLetterLower(letter) ? char.ToUpperInvariant(letter).ToString() : letter.ToString()),
        static (path, at) => AtSlash(path, at, "//"),
        static (path, at) => AtSlash(path, at, "///"),
        static (path, at) => AtSlash(path, at, "/./"),
        static (path, at) => AtSlash(path, at, "/x/../"),
        static (path, at) => AtSlash(path, at, "\\"),
        static (path, at) => AtSlash(path, at, "%5C"),
        static (path, at) => AtSlash(path, at, "%2F"),
        static (path, at) => AtSlash(path, at, "/%2e/"),
        static (path, at) => AtSlash(path, at, "/y/%2E%2E/"),
        static (path, at) => at % 2 == 0 ? path : AtSlash(path, at / 2, ";a=b/", skipFirst: true),
        static (path, _) => path + "/",
        static (path, _) => path + "//",
        static (path, _) => path + "/.",
        static (path, _) => path + ";jsessionid=1",
        static (path, _) => path + "%3Ba=b",
        static (path, _) => path + "#fragment",
        static (path, _) => path + "%23",
        static (path, _) => path + "%3Fx=1",
        static (path, _) => path + "%2F",
    ];

    /// <summary>A guarded path with a disguise or several, one over the other.</summary>
    public static Gen<string> Disguised { get; } = Gen.Select(One, Gen.Select(Gen.Int[0, Disguises.Length - 1], Gen.Int[0, 60]).Array[0, 4])
        .Select(static (path, steps) => steps.Aggregate(path, static (spelling, step) => Disguises[step.Item1](spelling, step.Item2)));

    private static string At(string path, int at, Func<char, string> write)
    {
        at %= path.Length;
        return path[at] is '%' or '\\' ? path : path[..at] + write(path[at]) + path[(at + 1)..];
    }

    private static string AtSlash(string path, int at, string write, bool skipFirst = false)
    {
        var slashes = path.Select(static (letter, i) => (letter, i)).Where(static pair => pair.letter == '/').Select(static pair => pair.i).Skip(skipFirst ? 1 : 0).ToArray();
        if (slashes.Length == 0)
        {
            return path;
        }

        var where = slashes[at % slashes.Length];
        return path[..where] + write + path[(where + 1)..];
    }
}
