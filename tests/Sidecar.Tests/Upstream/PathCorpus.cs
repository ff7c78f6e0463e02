using System.Text;

namespace Sidecar.Tests.Upstream;

/// <summary>
/// The attacker's list: the same spellings of the guarded paths on every run, made of every trick on every place at once, so
/// that what passes can be told by number. Not all of them still mean their path; that is for the readers to say.
/// </summary>
internal sealed class PathCorpus(IReadOnlyList<string> paths, int seed)
{
    private static readonly string[] Slashes =
    [
        "/", "/", "/", "//", "///", "/./", "\\", "/\\", "%2F", "%2f", "%5C", "%5c", "%252F", "%255c", "%25252f", "%2%66", "%%32f", "%C0%AF", "%c1%9c", "%25C0%25AF",
        "%E0%80%AF", "%F0%80%80%AF", "%F8%80%80%80%AF", "%FC%80%80%80%80%AF", "/%2e/", "/%252e/", "/%c0%ae/", "/x/../", "/x/%2E%2e/", "/x%2f..%2f", "/x\\..\\", "/x/..;/", "/x/..;a=b/", "/x/%2e./", ";a=b/", ";/", "%3Ba/",
    ];

    private static readonly string[] Before =
    [
        "", "", "", "", "/", "//", "/.", "/./", "/..", "/x/..", "/../..", "/%2e%2e", "/%2E", "/x;y/..", "\\", "/%2F", "/%5c", "/a/b/../..", "/a%2fb%2f..%2f..",
        "http://h", "HTTP://h:80", "http://h/", "https://h/x/..", "http://u@h", "http://h/%2e",
    ];

    private static readonly string[] After =
    [
        "", "", "", "", "/", "//", "/.", "/./", "/x/..", "/x/../", "/%2e", "%2F", "%5C", "\\", ";", ";a=b", ";a/b", ";/x", "%3B", "%3bx=1", "%253Bx", "#", "#f", "#f?q", "%23", "%23f", "%2523f",
        "?", "?q", "?q=/../x", "%3F", "%3Fq=1", "%253Fq", "/;a", "/#", "/%3F", "%C0%BF", "%2f%3b", "%", "%20", "/x",
    ];

    /// <summary>That many different request targets.</summary>
    public IReadOnlyCollection<string> Take(int count)
    {
        var random = new Random(seed);
        var made = new HashSet<string>(count, StringComparer.Ordinal);
        while (made.Count < count)
        {
            made.Add(Spell(paths[random.Next(paths.Count)], random));
        }

        return made;
    }

    private static string Spell(string path, Random random)
    {
        // From one trick in a plain path to a trick at every letter.
        var letters = random.Next(4) switch { 0 => 0, 1 => 0.04, 2 => 0.2, _ => 0.9 };
        var slashes = random.Next(3) switch { 0 => 0, 1 => 0.2, _ => 0.6 };
        var way = random.Next(12);
        var text = new StringBuilder(One(Before, random));
        foreach (var letter in path)
        {
            text.Append(letter == '/'
                ? random.NextDouble() < slashes ? One(Slashes, random) : "/"
                : random.NextDouble() < letters ? Letter(letter, way == 0 ? random.Next(1, 12) : way) : letter.ToString());
        }

        return text.Append(One(After, random)).ToString() is ['/', ..] or ['h' or 'H', ..] ? text.ToString() : "/" + text;
    }

    private static string Letter(char letter, int way) => way switch
    {
        1 => char.ToUpperInvariant(letter).ToString(),
        2 => $"%{(int)letter:X2}",
        3 => $"%{(int)letter:x2}",
        4 => $"%25{(int)letter:X2}",
        5 => $"%2525{(int)letter:x2}",
        6 => $"%C{(letter < 0x40 ? 0 : 1)}%{0x80 | (letter & 0x3F):X2}",
        7 => $"%E0%8{letter >> 6}%{0x80 | (letter & 0x3F):X2}",
        8 => $"%F0%80%8{letter >> 6}%{0x80 | (letter & 0x3F):X2}",
        9 => $"%25C{(letter < 0x40 ? 0 : 1)}%25{0x80 | (letter & 0x3F):X2}",
        // Half an escape that is itself an escape: two decodings, or one that looks twice at the same place.
        10 => $"%{(letter >> 4) + 0x30:X2}".Replace("%", "%%", StringComparison.Ordinal) + $"{letter & 15:X}",
        _ => $"%{(int)char.ToUpperInvariant(letter):X2}",
    };

    private static string One(string[] of, Random random) => of[random.Next(of.Length)];
}
