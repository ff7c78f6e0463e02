using System.Buffers;

namespace Sidecar.Mail;

/// <summary>Names of languages, as folders carry them and clients ask for them (RFC 5646), and the look-up of RFC 4647.</summary>
internal static class LanguageTag
{
    private const int LongestTag = 35;
    private const int LongestSubtag = 8;

    private static readonly SearchValues<char> Alphanumeric = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");

    /// <summary>Whether this has the form of a language tag, such as <c>de</c> or <c>pt-BR</c>.</summary>
    public static bool IsTag(string text)
    {
        if (text.Length is < 2 or > LongestTag || !char.IsAsciiLetter(text[0]) || !char.IsAsciiLetter(text[1]))
        {
            return false;
        }

        foreach (var range in text.AsSpan().Split('-'))
        {
            var subtag = text.AsSpan()[range];
            if (subtag.Length is 0 or > LongestSubtag || subtag.ContainsAnyExcept(Alphanumeric))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The first of <paramref name="wanted"/> that is there, each shortened from its end until it is: <c>zh-Hans-CN</c> is
    /// answered with <c>zh</c>. Only what is in <paramref name="there"/> comes back, in its spelling.
    /// </summary>
    public static string? Lookup(IEnumerable<string> wanted, IReadOnlyCollection<string> there)
    {
        foreach (var range in wanted)
        {
            for (var tag = range; tag.Length > 0; tag = Shorter(tag))
            {
                if (there.FirstOrDefault(name => name.Equals(tag, StringComparison.OrdinalIgnoreCase)) is { } found)
                {
                    return found;
                }
            }
        }

        return null;
    }

    /// <summary>Without its last subtag, and without a single letter that then ends it: that letter only introduced what is gone.</summary>
    private static string Shorter(string tag)
    {
        var end = tag.LastIndexOf('-');
        if (end > 1 && tag[end - 2] == '-')
        {
            end -= 2;
        }

        return end < 0 ? "" : tag[..end];
    }
}
