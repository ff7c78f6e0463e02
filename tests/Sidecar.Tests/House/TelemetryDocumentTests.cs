using System.Text.RegularExpressions;

namespace Sidecar.Tests.House;

/// <summary>Dashboards are written from docs/telemetry.md: it names every instrument of the sidecar's own, and no other.</summary>
public sealed partial class TelemetryDocumentTests
{
    [Fact]
    public void Instruments_OfTheSources_StandInTheDocument()
    {
        var made = SourceTree.Files.SelectMany(static file => Made().Matches(file.Text)).Select(static name => name.Groups[1].Value).Distinct().Order().ToList();
        var told = File.ReadLines(Path.Combine(SourceTree.Root, "docs", "telemetry.md"))
            .Where(static line => line.StartsWith("| `sidecar.", StringComparison.Ordinal))
            .SelectMany(static line => Told().Matches(line.Split('|')[1])).Select(static name => name.Groups[1].Value).Order();

        Assert.Contains("sidecar.recovery.steps", made);
        Assert.Equal(made, told);
    }

    [GeneratedRegex(@"\.Create(?:Counter|Histogram|UpDownCounter|Gauge|Observable\w+)(?:<\w+>)?\(\s*""(sidecar\.[a-z_.]+)""")]
    private static partial Regex Made();

    [GeneratedRegex("`(sidecar[a-z_.]+)`")]
    private static partial Regex Told();
}
