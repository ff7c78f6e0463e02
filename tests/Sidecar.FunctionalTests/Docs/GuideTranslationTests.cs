namespace Sidecar.FunctionalTests.Docs;

/// <summary>Who reads the one language is told to do the same as who reads the other.</summary>
public sealed class GuideTranslationTests
{
    public static TheoryData<string> Names => [.. Guide.Names];

    [Fact]
    public void Guides_InEachLanguage_AreTheSame() => Assert.All(Guide.Languages, static language => Assert.Equal(Guide.Names, Guide.Files(language)));

    [Theory]
    [MemberData(nameof(Names))]
    public void Guide_InBothLanguages_HasTheSameStructure(string name)
    {
        var (english, chinese) = (Guide.Read("en", name), Guide.Read("zh", name));

        Assert.Equal(english.Headings.Select(static heading => heading.Level), chinese.Headings.Select(static heading => heading.Level));
        Assert.Equal(english.TableRows, chinese.TableRows);
        Assert.Equal(Links(english), Links(chinese));
        Assert.Equal(english.Spans.Distinct().Order(StringComparer.Ordinal), chinese.Spans.Distinct().Order(StringComparer.Ordinal));
        Assert.NotEqual(english.Headings[0].Title, chinese.Headings[0].Title);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Guide_InBothLanguages_HasTheSameCommands(string name)
    {
        var (english, chinese) = (Guide.Read("en", name), Guide.Read("zh", name));

        Assert.Equal(
            english.Blocks.Select(static block => (block.Language, Guide.IsRun(block.Code), Guide.Bare(block.Code))),
            chinese.Blocks.Select(static block => (block.Language, Guide.IsRun(block.Code), Guide.Bare(block.Code))));
    }

    /// <summary>Where the links lead; within a guide the anchors are of its own language.</summary>
    private static IEnumerable<string> Links(MarkdownPage page) =>
        page.Links.Select(static link => link.Contains('/', StringComparison.Ordinal) ? link : link.Split('#')[0]).Distinct().Order(StringComparer.Ordinal);
}
