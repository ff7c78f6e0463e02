using System.Text.RegularExpressions;

namespace Sidecar.Tests.House;

/// <summary>docs/resilience.md says what happens when a part dies: each line names the test that shows it, and each such test has its line.</summary>
public sealed partial class ResilienceDocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "resilience.md"));

    [Fact]
    public void Lines_All_NameATestThatIsThere()
    {
        var rows = Row().Matches(Document).Skip(2).ToList();

        Assert.True(rows.Count > 15);
        Assert.Empty(rows.Where(static row => TestName().Match(row.Value) is not { Success: true } name || !IsThere(name)).Select(static row => row.Value));
    }

    [Fact]
    public void Tests_OfTheFolder_HaveALineEach()
    {
        var tests = SourceTree.Tests
            .Where(static file => file.Path.Contains("/Resilience/", StringComparison.Ordinal))
            .SelectMany(static file => TestMethod().Matches(file.Text).Select(test => $"{Path.GetFileNameWithoutExtension(file.Path)}.{test.Groups[1].Value}"))
            .ToList();

        Assert.True(tests.Count > 10);
        Assert.DoesNotContain(tests, static test => !Document.Contains($"`{test}`", StringComparison.Ordinal));
    }

    private static bool IsThere(Match name) => SourceTree.Tests.Any(file =>
        file.Text.Contains($" class {name.Groups[1].Value}", StringComparison.Ordinal) && file.Text.Contains($" Task {name.Groups[2].Value}(", StringComparison.Ordinal));

    [GeneratedRegex(@"^\|.*\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`([A-Z]\w+)\.([A-Z][A-Za-z0-9]*_\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\[(?:Fact|MemberData\(nameof\(Engines\)\))\]\s+public async Task (\w+)\(")]
    private static partial Regex TestMethod();
}
