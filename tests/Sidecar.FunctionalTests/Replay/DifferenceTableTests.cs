using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>The table of differences in docs/ragflow.md is what the replay holds to. With SIDECAR_WRITE=1 it is written anew instead of compared.</summary>
public sealed class DifferenceTableTests
{
    private static string Page => RepositoryRoot.Combine("docs", "ragflow.md");

    [Fact]
    public void Table_OfThePage_IsTheList()
    {
        var there = File.ReadAllText(Page);
        var (begin, end) = (there.IndexOf(DifferenceTable.Begin, StringComparison.Ordinal), there.IndexOf(DifferenceTable.End, StringComparison.Ordinal));
        Assert.True(begin >= 0 && end > begin, "docs/ragflow.md has lost the marks of its generated table");
        var wanted = $"{there[..begin]}{DifferenceTable.Begin}\n{DifferenceTable.Write(DeliberateDifferences.Load())}{there[end..]}";
        if (Environment.GetEnvironmentVariable("SIDECAR_WRITE") == "1")
        {
            File.WriteAllText(Page, wanted);
            return;
        }

        Assert.True(wanted == there, "docs/ragflow.md is stale. Write its table anew with: SIDECAR_WRITE=1 dotnet run --project tests/Sidecar.FunctionalTests -- --filter-class '*DifferenceTableTests'");
    }
}
