using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Docs;

/// <summary>Every link from one page of the repository to another, and to a heading in it, leads somewhere.</summary>
public sealed class LinkTests
{
    [Fact]
    public void Links_OfAllPages_LeadSomewhere()
    {
        var pages = Pages().Select(static path => new MarkdownPage(path)).ToDictionary(static page => page.Path, StringComparer.Ordinal);
        Assert.InRange(pages.Count, 20, 500);

        var broken = pages.Values.SelectMany(page => page.Links.Where(link => !Leads(page, link, pages)).Select(link => $"{page.Path}: {link}"));

        Assert.Empty(broken);
    }

    [Theory]
    [InlineData("## A `b.c`: d & e", "a-bc-d--e")]
    [InlineData("## 有哪些组件？", "有哪些组件")]
    [InlineData("## See [that](x.md)!", "see-that")]
    public void Anchor_OfAHeading_IsAsGitHubMakesIt(string heading, string anchor)
    {
        using var folder = new TempDirectory(new Dictionary<string, string> { ["page.md"] = heading + "\n" });

        Assert.Equal([anchor], new MarkdownPage(Path.Combine(folder.Path, "page.md")).Anchors);
    }

    private static bool Leads(MarkdownPage from, string link, Dictionary<string, MarkdownPage> pages)
    {
        if (link.StartsWith("https://", StringComparison.Ordinal) || link.StartsWith("http://", StringComparison.Ordinal))
        {
            return true;
        }

        var parts = link.Split('#', 2);
        var target = parts[0].Length == 0 ? from.Path : Path.GetRelativePath(RepositoryRoot.Path, RepositoryRoot.Combine(Path.GetDirectoryName(from.Path)!, parts[0]));
        return Path.Exists(RepositoryRoot.Combine(target)) && (parts.Length == 1 || (pages.TryGetValue(target, out var page) && page.Anchors.Contains(parts[1])));
    }

    private static IEnumerable<string> Pages() =>
        new[] { "docs", "deploy", "conf", "bench" }
            .SelectMany(static folder => Directory.EnumerateFiles(RepositoryRoot.Combine(folder), "*.md", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(RepositoryRoot.Path, "*.md"))
            .Select(static file => Path.GetRelativePath(RepositoryRoot.Path, file))
            .Where(static file => !file.Contains("node_modules", StringComparison.Ordinal));
}
