using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Dashboards;

/// <summary>Alerts fire when they should and not when they should not, and whoever is woken finds what to do.</summary>
public sealed partial class AlertTests
{
    private static readonly string Tests = RepositoryRoot.Combine("tests", "prometheus", "sidecar.rules.test.yaml");

    [Fact]
    public async Task Rules_Checked_AreFree() =>
        Assert.Contains("SUCCESS", await Tool.RunAsync("promtool", "prometheus", "check", "rules", "--lint=all", "--lint-fatal", AlertRules.File), StringComparison.Ordinal);

    [Fact]
    public async Task Rules_OverTheirCases_FireForThoseAlone()
    {
        Assert.Contains("SUCCESS", await Tool.RunAsync("promtool", "prometheus", "test", "rules", Tests), StringComparison.Ordinal);

        var text = await File.ReadAllTextAsync(Tests, TestContext.Current.CancellationToken);
        Assert.All(AlertRules.Read(), rule => Assert.Matches($@"(?s)alertname: {rule.Name}\n\s+eval_time: [1-9]\S*\n\s+exp_alerts:", text));
    }

    [Fact]
    public void Alerts_InTheRunbook_StandThereEachOnce()
    {
        var headings = Headings().Matches(File.ReadAllText(RepositoryRoot.Combine("docs", "runbook.md"))).Select(static heading => heading.Groups[1].Value).ToList();
        var rules = AlertRules.Read();

        Assert.Equal(rules.Select(static rule => rule.Name).Order(), headings.Order());
        Assert.All(rules, static rule => Assert.Equal("docs/runbook.md#" + rule.Name.ToLowerInvariant(), rule.Runbook));
        Assert.All(rules, static rule => Assert.Contains(rule.Severity, (string[])["page", "ticket"]));
    }

    [Fact]
    public void Runbook_Entries_SayAllFourThings()
    {
        var text = File.ReadAllText(RepositoryRoot.Combine("docs", "runbook.md"));
        var entries = Headings().Split(text)[1..].Chunk(2);
        Assert.All(entries, static entry => Assert.All(["**People see:**", "**Confirm:**", "**Causes:**", "**Do:**"], part => Assert.True(entry[1].Contains(part, StringComparison.Ordinal), $"{entry[0]} lacks {part}")));
    }

    [GeneratedRegex(@"(?m)^### (Sidecar\w+)$")]
    private static partial Regex Headings();
}
