using System.Text.RegularExpressions;

namespace Sidecar.Tests.House;

/// <summary>docs/security.md names tests as proof: they must be there, and no requirement may drop out of the table.</summary>
public sealed partial class SecurityDocumentTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "security.md"));

    [Fact]
    public void Requirements_Numbers_AreAllThereOnceInOrder() =>
        Assert.Equal(Enumerable.Range(1, 30), Rows().Select(static row => int.Parse(row.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));

    [Fact]
    public void Requirements_WithoutATest_SayNotYet() =>
        Assert.Empty(Rows().Where(static row => !TestName().IsMatch(row.Value) && !row.Value.Contains("**not yet**", StringComparison.Ordinal)).Select(static row => row.Groups[1].Value));

    [Fact]
    public void Tests_Named_AreThere()
    {
        var named = TestName().Matches(Document);

        Assert.True(named.Count > 50);
        Assert.Empty(named.Where(static name => !Exists(name.Groups[1].Value, name.Groups[2].Value)).Select(static name => name.Value));
    }

    [Fact]
    public void Defects_OfTheList_HaveATestEach() =>
        Assert.Equal(
            Enumerable.Range(1, DefectRow().Count(File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "ragflow-defects.md")))),
            SourceTree.Tests.SelectMany(static file => DefectTest().Matches(file.Text)).Select(static test => int.Parse(test.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).Order());

    private static bool Exists(string type, string method) =>
        SourceTree.Tests.Any(file => Regex.IsMatch(file.Text, $@"\bclass {type}\b") && Regex.IsMatch(file.Text, $@"\bpublic (async )?(Task|void) {method}\("));

    private static MatchCollection Rows() => Row().Matches(Document);

    [GeneratedRegex(@"^\| (\d+) \|.*$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`([A-Z]\w+)\.([A-Z][A-Za-z0-9]*_\w+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"^\| \d+ \|", RegexOptions.Multiline)]
    private static partial Regex DefectRow();

    [GeneratedRegex(@"\bTask Defect(\d\d)_\w+\(")]
    private static partial Regex DefectTest();
}
