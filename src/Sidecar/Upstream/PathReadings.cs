using System.Buffers;
using System.Text;

namespace Sidecar.Upstream;

/// <summary>
/// Every way some server might read a path: percent-decoded once or more, over-long UTF-8 folded, backslashes as slashes,
/// slashes merged, dot segments resolved, <c>;params</c> dropped, cut at <c>#</c> or a decoded <c>?</c>, without a trailing
/// slash, and all of that in any order, because the order is where servers differ.
/// </summary>
internal static class PathReadings
{
    /// <summary>More readings than this and the path is nobody's honest request.</summary>
    public const int Most = 512;

    /// <summary>All readings together; it bounds the time that one long path can take.</summary>
    private const int MostCharacters = 128 * 1024;

    /// <summary>Before RFC 3629 a character could take six bytes, and old decoders still take them.</summary>
    private const int LongestOverlong = 6;

    private static readonly SearchValues<char> Unusual = SearchValues.Create("%\\;#");
    private static readonly SearchValues<char> OverlongLeads = SearchValues.Create("\u00C0\u00C1\u00E0\u00F0\u00F8\u00FC");

    private static readonly Func<string, string>[] Steps =
    [
        Decode,
        DecodeUnreserved,
        FoldOverlong,
        static path => path.Replace('\\', '/'),
        MergeSlashes,
        ResolveDots,
        DropParameters,
        static path => CutAt(path, ';'),
        static path => CutAt(path, '#'),
        static path => CutAt(path, '?'),
        static path => path.Length > 1 ? path.TrimEnd('/') : path,
        // A pattern that ends in $ is met before a last line end, too, and some servers trim.
        static path => path.TrimEnd(' ', '\t', '\r', '\n', '\v', '\f', '\0'),
    ];

    /// <summary>Whether a path may read as anything but itself; ordinary ones do not.</summary>
    public static bool AreSeveral(ReadOnlySpan<char> path) =>
        path.ContainsAny(Unusual)
        || path.EndsWith('/')
        || path.Contains("//", StringComparison.Ordinal)
        || path.Contains("/.", StringComparison.Ordinal);

    /// <summary>All readings of a path, itself first. Null when there are more than anybody needs.</summary>
    public static IReadOnlyCollection<string>? Of(string path)
    {
        var found = new HashSet<string>(StringComparer.Ordinal) { path };
        var open = new Queue<string>(found);
        var characters = path.Length;
        while (open.TryDequeue(out var reading))
        {
            foreach (var step in Steps)
            {
                var next = step(reading);
                if (next.Length > 0 && !ReferenceEquals(next, reading) && found.Add(next))
                {
                    characters += next.Length;
                    if (found.Count > Most || characters > MostCharacters)
                    {
                        return null;
                    }

                    open.Enqueue(next);
                }
            }
        }

        return found;
    }

    /// <summary>
    /// The path decoded until nothing is left to decode. Every segment of every reading stands in it unbroken, so a word
    /// that is missing here is missing in all of them.
    /// </summary>
    public static string FullyDecoded(string path)
    {
        if (!path.Contains('%', StringComparison.Ordinal) && !path.AsSpan().ContainsAny(OverlongLeads))
        {
            return path;
        }

        // One pass, however deep the encoding: what a character completes is decoded at once, and may complete something itself.
        var result = new char[path.Length];
        var length = 0;
        foreach (var letter in path)
        {
            result[length++] = letter;
            while (TryDecodeEnd(result.AsSpan(0, length), out var decoded, out var taken))
            {
                length -= taken - 1;
                result[length - 1] = decoded;
            }
        }

        return new string(result, 0, length);
    }

    /// <summary>Whether the text ends in an escape or an over-long character.</summary>
    private static bool TryDecodeEnd(ReadOnlySpan<char> text, out char decoded, out int taken)
    {
        taken = 3;
        if (text.Length >= taken && IsEscape(text[^taken..]))
        {
            decoded = Unescaped(text[^taken..]);
            return true;
        }

        for (taken = 2; taken <= Math.Min(LongestOverlong, text.Length); taken++)
        {
            decoded = Folded(text[^taken..], out var length);
            if (length == taken)
            {
                return true;
            }
        }

        decoded = '\0';
        return false;
    }

    /// <summary>One percent-decoding; each byte becomes one character, and what is no valid escape stays.</summary>
    private static string Decode(string path) => Decode(path, static _ => true);

    /// <summary>RFC 3986, 6.2.2.2: some servers decode only what never needed encoding, dots among it, and keep <c>%2F</c>.</summary>
    private static string DecodeUnreserved(string path) => Decode(path, static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_' or '~');

    private static string Decode(string path, Func<char, bool> isDecoded)
    {
        if (!path.Contains('%', StringComparison.Ordinal))
        {
            return path;
        }

        var result = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            if (IsEscape(path.AsSpan(i)) && Unescaped(path.AsSpan(i)) is var decoded && isDecoded(decoded))
            {
                result.Append(decoded);
                i += 2;
            }
            else
            {
                result.Append(path[i]);
            }
        }

        return result.ToString();
    }

    private static bool IsEscape(ReadOnlySpan<char> text) => text.Length > 2 && text[0] == '%' && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]);

    private static char Unescaped(ReadOnlySpan<char> text) => (char)((HexDigit(text[1]) << 4) | HexDigit(text[2]));

    private static int HexDigit(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;

    /// <summary>ASCII that was written in two to six bytes (<c>C0 AF</c> for a slash), as lenient decoders read it.</summary>
    private static string FoldOverlong(string path)
    {
        if (!path.AsSpan().ContainsAny(OverlongLeads))
        {
            return path;
        }

        var result = new StringBuilder(path.Length);
        for (var i = 0; i < path.Length; i++)
        {
            var folded = Folded(path.AsSpan(i), out var length);
            result.Append(length > 0 ? folded : path[i]);
            i += Math.Max(0, length - 1);
        }

        return result.ToString();
    }

    private static char Folded(ReadOnlySpan<char> bytes, out int length)
    {
        length = bytes[0] switch { '\xC0' or '\xC1' => 2, '\xE0' => 3, '\xF0' => 4, '\xF8' => 5, '\xFC' => LongestOverlong, _ => 0 };
        if (length == 0 || bytes.Length < length || bytes[1..length].ContainsAnyExceptInRange('\x80', '\xBF'))
        {
            length = 0;
            return '\0';
        }

        var value = length == 2 ? bytes[0] & 0x1F : 0;
        foreach (var continuation in bytes[1..length])
        {
            value = (value << 6) | (continuation & 0x3F);
        }

        if (value > 0x7F)
        {
            length = 0;
        }

        return (char)value;
    }

    private static string MergeSlashes(string path)
    {
        while (path.Contains("//", StringComparison.Ordinal))
        {
            path = path.Replace("//", "/", StringComparison.Ordinal);
        }

        return path;
    }

    /// <summary>RFC 3986, 5.2.4: an empty segment counts as a segment.</summary>
    private static string ResolveDots(string path)
    {
        if (!path.Contains("/.", StringComparison.Ordinal))
        {
            return path;
        }

        var kept = new List<string>();
        var segments = path.Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            if (segments[i] is not ("." or ".."))
            {
                kept.Add(segments[i]);
                continue;
            }

            if (segments[i] == ".." && kept.Count > 0)
            {
                kept.RemoveAt(kept.Count - 1);
            }

            if (isLast)
            {
                kept.Add("");
            }
        }

        return "/" + string.Join('/', kept);
    }

    private static string DropParameters(string path) => path.Contains(';', StringComparison.Ordinal)
        ? string.Join('/', path.Split('/').Select(static segment => CutAt(segment, ';')))
        : path;

    private static string CutAt(string text, char mark)
    {
        var at = text.IndexOf(mark, StringComparison.Ordinal);
        return at < 0 ? text : text[..at];
    }
}
