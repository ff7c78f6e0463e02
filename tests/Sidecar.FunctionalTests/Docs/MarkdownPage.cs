using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Docs;

/// <summary>A page of the documentation as its reader's viewer takes it apart.</summary>
/// <param name="path">From the root of the repository.</param>
internal sealed partial class MarkdownPage(string path)
{
    private readonly string text = File.ReadAllText(RepositoryRoot.Combine(path)).ReplaceLineEndings("\n");

    public string Path { get; } = path;

    public string Text => text;

    /// <summary>The page without what stands in fences.</summary>
    public string Prose => Fence().Replace(text, "");

    /// <summary>The fenced blocks: what language they name, what is in them.</summary>
    public IReadOnlyList<(string Language, string Code)> Blocks => [.. Fence().Matches(text).Select(static block => (block.Groups["language"].Value, Unindented(block)))];

    public IReadOnlyList<(int Level, string Title)> Headings => [.. Heading().Matches(Prose).Select(static heading => (heading.Groups["level"].Length, heading.Groups["title"].Value))];

    /// <summary>What is written in backticks.</summary>
    public IEnumerable<string> Spans => Span().Matches(Prose).Select(static span => span.Groups["code"].Value);

    public IEnumerable<string> Links => Link().Matches(Span().Replace(Prose, "")).Select(static link => link.Groups["target"].Value);

    public int TableRows => Row().Count(Prose);

    /// <summary>The anchors that GitHub makes of the headings.</summary>
    public IReadOnlySet<string> Anchors
    {
        get
        {
            var anchors = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (_, title) in Headings)
            {
                var slug = NotInAnchors().Replace(LinkText().Replace(title, "${words}").ToLowerInvariant(), "").Replace(' ', '-');
                var again = 0;
                for (var anchor = slug; !anchors.Add(anchor); anchor = $"{slug}-{++again}")
                {
                }
            }

            return anchors;
        }
    }

    public override string ToString() => Path;

    private static string Unindented(Match block) =>
        string.Join('\n', block.Groups["code"].Value.Split('\n').Select(line => line.StartsWith(block.Groups["indent"].Value, StringComparison.Ordinal) ? line[block.Groups["indent"].Length..] : line));

    [GeneratedRegex(@"^(?<indent> *)```(?<language>\S*)[^\n]*\n(?<code>.*?)^ *```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("^(?<level>#{1,6}) (?<title>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("`(?<code>[^`\n]+)`")]
    private static partial Regex Span();

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\[(?<words>[^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkText();

    [GeneratedRegex(@"^\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"[^\p{L}\p{N}\-_ ]")]
    private static partial Regex NotInAnchors();
}
