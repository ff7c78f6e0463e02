using System.Text;

namespace Sidecar.Demo.App;

/// <summary>
/// Which addresses the app's database takes for the same (<c>utf8mb4_unicode_ci</c>): case, accents, full-width forms,
/// trailing spaces and ignorable characters do not count. A table, since without ICU the runtime does not decompose; it
/// covers Latin letters, enough to show that an address which looks different can find somebody else's account.
/// </summary>
internal static class Collation
{
    private static readonly Dictionary<char, char> Bases = Table(
        "aàáâãäåāăąǎ", "cçćĉċč", "dď", "eèéêëēĕėęě", "gĝğġģ", "hĥ", "iìíîïĩīĭįǐ", "jĵ", "kķ", "lĺļľ", "nñńņň",
        "oòóôõöōŏőǒ", "rŕŗř", "sśŝşš", "tţť", "uùúûüũūŭůűųǔ", "wŵ", "yýÿŷ", "zźżž");

    public static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var character in text.ToLowerInvariant())
        {
            if (IsIgnorable(character))
            {
                continue;
            }

            var narrow = character switch
            {
                >= '！' and <= '～' => (char)(character - 0xFEE0),
                '\u3000' or '\u00A0' => ' ',
                _ => character,
            };
            folded.Append(Bases.GetValueOrDefault(char.ToLowerInvariant(narrow), char.ToLowerInvariant(narrow)));
        }

        return folded.ToString().TrimEnd(' ');
    }

    /// <summary>Control characters other than white space, zero-width characters, combining marks. The soft hyphen does count.</summary>
    private static bool IsIgnorable(char character) => character
        is <= '\u0008' or (>= '\u000E' and <= '\u001F') or (>= '\u007F' and <= '\u0084') or (>= '\u0086' and <= '\u009F')
        or (>= '\u0300' and <= '\u036F') or (>= '\u200B' and <= '\u200F') or '\uFEFF';

    private static Dictionary<char, char> Table(params string[] rows) =>
        rows.SelectMany(static row => row.Skip(1).Select(letter => (letter, row[0]))).ToDictionary(static pair => pair.letter, static pair => pair.Item2);
}
