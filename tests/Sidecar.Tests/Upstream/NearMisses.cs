namespace Sidecar.Tests.Upstream;

/// <summary>Paths of the app that are a letter or a segment away from a guarded one, in odd but honest spellings.</summary>
internal static class NearMisses
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789-_~";

    private static readonly string[] After = ["", "", "/", "?", "?email=a%40b.c&x=/v1/user/forget/otp", "?q=..%2F..", "//", ";v=1", "#top", "/./"];

    public static IReadOnlyCollection<string> Take(IReadOnlyList<string> paths, int count, int seed)
    {
        var guarded = paths.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var random = new Random(seed);
        var made = new HashSet<string>(StringComparer.Ordinal);
        while (made.Count < count)
        {
            var near = Near(paths[random.Next(paths.Count)], random);
            if (!guarded.Contains(near))
            {
                made.Add(Spell(near, random) + After[random.Next(After.Length)]);
            }
        }

        return made;
    }

    private static string Near(string path, Random random)
    {
        var at = random.Next(2, path.Length);
        var letter = Letters[random.Next(Letters.Length)];
        return random.Next(6) switch
        {
            0 => $"{path[..at]}{letter}{path[at..]}",
            1 when path[at] != '/' && path[at - 1] != '/' => path[..(at - 1)] + path[at..],
            2 when path[at] != '/' => $"{path[..at]}{letter}{path[(at + 1)..]}",
            3 => $"{path}/{letter}{letter}",
            4 => $"/{letter}{path}",
            _ => $"{path}{letter}",
        };
    }

    private static string Spell(string path, Random random) => "/" + string.Concat(path.Skip(1).Select(letter => random.Next(12) switch
    {
        0 when letter != '/' => $"%{(int)letter:X2}",
        1 when letter != '/' => $"%{(int)letter:x2}",
        2 when letter == '/' => "%2F",
        3 when letter == '/' => "//",
        _ => letter.ToString(),
    }));
}
