using Microsoft.Extensions.Primitives;

namespace Sidecar.Upstream;

/// <summary>
/// Entity tags of documents that carry our script: the app's own with a mark, and always weak, because compressing again need
/// not give the same bytes twice. The app sees its own tag again, so it can still answer 304.
/// </summary>
/// <param name="mark">What is put behind the app's tag: letters, digits and hyphens.</param>
internal sealed class DocumentValidators(string mark)
{
    // Whether the app's own tag was a strong one is kept, for servers that compare tags as texts.
    private readonly string _strong = $"{mark}s\"";
    private readonly string _weak = $"{mark}w\"";

    /// <summary>The tag of the document with the script; null when the app's is none.</summary>
    public string? Mark(string appsTag)
    {
        var isWeak = appsTag.StartsWith("W/\"", StringComparison.Ordinal);
        return appsTag.EndsWith('"') && appsTag.Length >= (isWeak ? 4 : 2) && (isWeak || appsTag[0] == '"')
            ? $"W/{appsTag[(isWeak ? 2 : 0)..^1]}{(isWeak ? _weak : _strong)}"
            : null;
    }

    /// <summary>
    /// The condition for the app: the tags of documents with this script, as the app knows them; null when there is none. Other
    /// tags name documents without it, which must not be kept.
    /// </summary>
    public string? Unmark(StringValues ifNoneMatch)
    {
        if (ifNoneMatch is [{ } only] && only.Trim() == "*")
        {
            return "*";
        }

        var tags = Split(ifNoneMatch.ToString()).Select(UnmarkOne).OfType<string>().ToArray();
        return tags.Length == 0 ? null : string.Join(", ", tags);
    }

    private string? UnmarkOne(string tag)
    {
        var opaque = tag.StartsWith("W/", StringComparison.Ordinal) ? tag[2..] : tag;
        return opaque.EndsWith(_strong, StringComparison.Ordinal) ? $"{opaque[..^_strong.Length]}\""
            : opaque.EndsWith(_weak, StringComparison.Ordinal) ? $"W/{opaque[..^_weak.Length]}\""
            : null;
    }

    /// <summary>A comma may stand within a tag's quotes.</summary>
    private static List<string> Split(string list)
    {
        var tags = new List<string>();
        var start = 0;
        var quoted = false;
        for (var i = 0; i <= list.Length; i++)
        {
            if (i == list.Length || (list[i] == ',' && !quoted))
            {
                tags.Add(list[start..i].Trim());
                start = i + 1;
            }
            else if (list[i] == '"')
            {
                quoted = !quoted;
            }
        }

        return tags;
    }
}
