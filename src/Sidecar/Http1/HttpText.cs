using System.Buffers;
using System.Text;

namespace Sidecar.Http1;

/// <summary>Bytes of a head as text: one character a byte, so that what came is what goes.</summary>
internal static class HttpText
{
    private const int LongestKept = 32;

    /// <summary>Names come again and again; the last one at each place is kept, and replaced by whoever comes next.</summary>
    private static readonly string?[] Names = new string?[256];

    private static readonly SearchValues<byte> Token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<char> TokenText = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private static readonly SearchValues<byte> Controls = SearchValues.Create([.. Enumerable.Range(0, 32).Where(static value => value != '\t').Select(static value => (byte)value), 0x7F]);

    public static bool IsToken(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && !bytes.ContainsAnyExcept(Token);

    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenText);

    public static bool HasControls(ReadOnlySpan<byte> bytes) => bytes.ContainsAny(Controls);

    public static string Of(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    /// <summary>A name, as one string however often it comes.</summary>
    public static string NameOf(ReadOnlySpan<byte> name)
    {
        if (name.Length > LongestKept)
        {
            return Of(name);
        }

        ref var kept = ref Names[(name.Length + (name[0] * 7) + (name[name.Length / 2] * 31) + (name[^1] * 17)) & 0xFF];
        var known = kept;
        return known is not null && Ascii.Equals(name, known) ? known : kept = Of(name);
    }

    /// <summary>Whether a comma-separated value holds a word, in whatever case.</summary>
    public static bool HasWord(string value, string word)
    {
        foreach (var part in value.AsSpan().Split(','))
        {
            if (value.AsSpan(part).Trim(" \t").Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
