using System.Net;
using System.Text.RegularExpressions;
using Sidecar.Tests.House;

namespace Sidecar.Tests.Reference;

/// <summary>
/// What the source says of each setting: doc comments in which <c>&lt;c&gt;dotted.key&lt;/c&gt;:</c> begins an element or a line.
/// Several keys may stand before one colon. The text ends where the element or the next key's begins.
/// </summary>
internal static partial class DocComments
{
    /// <summary>Markdown by key, without the range and default at its end, which the readers themselves know.</summary>
    public static IReadOnlyDictionary<string, string> Read()
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (_, source) in SourceTree.Files)
        {
            var comments = string.Join('\n', source.Split('\n').Select(static line => line.Trim()).Select(static line => line.StartsWith("///", StringComparison.Ordinal) ? line[3..].Trim() : "\0"));
            foreach (Match match in Entry.Matches(comments))
            {
                var text = Markdown(match.Groups["text"].Value);
                foreach (Capture key in match.Groups["key"].Captures)
                {
                    found.TryAdd(WebUtility.HtmlDecode(key.Value), text);
                }
            }
        }

        return found;
    }

    private static string Markdown(string text)
    {
        text = WebUtility.HtmlDecode(Code.Replace(See.Replace(text.ReplaceLineEndings(" "), "`${name}`"), "`${code}`"));
        var sentences = Sentence.Split(text.Trim()).Where(static sentence => !RangeOrDefault.IsMatch(sentence)).ToArray();
        return Begin.Replace(string.Join(' ', sentences), static letter => letter.Value.ToUpperInvariant()).TrimEnd('.', ';', ',', ' ');
    }

    [GeneratedRegex("""(?:^|<summary>|<remarks>|<param name="\w+">)(?:<c>(?<key>[a-z][\w.\-\[\]&;]*)</c>(?:, )?)+: (?<text>[^\0]*?)(?=</summary>|</remarks>|</param>|\n<c>[a-z][\w.\-\[\]&;]*</c>(?:, <c>[^<]*</c>)*: |\0)""", RegexOptions.Multiline)]
    private static partial Regex Entry { get; }

    [GeneratedRegex("<c>(?<code>[^<]*)</c>")]
    private static partial Regex Code { get; }

    [GeneratedRegex("""<see cref="(?:\w+\.)*(?<name>\w+)"\s*/>""")]
    private static partial Regex See { get; }

    [GeneratedRegex(@"(?<=\. )[a-z]")]
    private static partial Regex Begin { get; }

    [GeneratedRegex(@"(?<=[.;]) ")]
    private static partial Regex Sentence { get; }

    /// <summary>What the columns beside the text say, such as <c>1s to 2m, 10s by default.</c> or <c>Default 3.</c></summary>
    [GeneratedRegex(@"^(\d\w* to \d\w*([,;] (default \S+|\S+ by default))?( \([^)]*\))?[.;]?|[Dd]efault:? (`[^`]*`|none|empty|true|false|by name|as recovery|[\d.,]+\w*( ms)?)( \([^)]*\))?[.;]?|(True|False|Null|None|Empty|`[^`]*`|\d\w*|empty|none|null) by default[.;]?)$")]
    private static partial Regex RangeOrDefault { get; }
}
