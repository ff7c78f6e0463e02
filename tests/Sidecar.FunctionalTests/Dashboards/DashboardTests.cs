using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Dashboards;

/// <summary>Dashboards against what Prometheus has really stored: every query of every panel finds something to draw.</summary>
public sealed partial class DashboardTests
{
    /// <summary>Metrics of rules that this day does not bring about, and the tests that see them.</summary>
    private static readonly string[] SeenElsewhere = ["sidecar_mail_relay_certificate_end_seconds", "sidecar_tls_certificate_end_seconds"];

    [Fact]
    public async Task Dashboards_AfterALiveDay_FindDataForEveryQuery()
    {
        await using var day = await LiveDay.StartAsync();
        await day.PassAsync();
        var now = TimeProvider.System.GetUtcNow();
        var seconds = (int)(now - day.Began).TotalSeconds + 1;

        var empty = new List<string>();
        var drawn = new List<DrawnPanel>();
        foreach (var panel in Dashboard.All().SelectMany(static dashboard => dashboard.Panels))
        {
            var lines = new List<(string Legend, PrometheusSeries Series)>();
            foreach (var query in panel.Queries)
            {
                var text = query.Substituted(seconds);
                Assert.DoesNotContain("$", text, StringComparison.Ordinal);
                var found = query.IsInstant ? await day.Prometheus.QueryAsync(text) : await day.Prometheus.QueryRangeAsync(text, day.Began, now);
                if (!found.Any(static series => series.HasNumber))
                {
                    empty.Add($"{panel.Title}: {text}");
                }

                lines.AddRange(found.Select(series => (query.LegendOf(series), series)));
            }

            drawn.Add(new(panel, lines));
        }

        Assert.True(empty.Count == 0, "No data for\n" + string.Join('\n', empty));
        await AssertRulesAsync(day.Prometheus);
        await DashboardPicture.WriteAsync(drawn, (day.Began, now), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Dashboards_AsFiles_AreWhatGrafanaImports()
    {
        var dashboards = Dashboard.All();
        Assert.NotEmpty(dashboards);
        Assert.Equal(dashboards.Count, dashboards.Select(static dashboard => dashboard.Root["uid"]!.GetValue<string>()).Distinct().Count());
        foreach (var dashboard in dashboards)
        {
            Assert.True(dashboard.Root["schemaVersion"]!.GetValue<int>() >= 36, dashboard.File);
            Assert.NotEmpty(dashboard.Root["title"]!.GetValue<string>());
            Assert.Equal(["datasource", "job", "instance"], dashboard.Variables.Select(static variable => variable["name"]!.GetValue<string>()));
            Assert.Equal(dashboard.Panels.Count, dashboard.Panels.Select(static panel => panel.Node["id"]!.GetValue<int>()).Distinct().Count());
            Assert.All(dashboard.Panels, static panel => Assert.True(panel.Place is { X: >= 0, Width: > 0, Height: > 0 } place && place.X + place.Width <= 24, panel.Title));
            Assert.All(dashboard.Panels.Where(static panel => panel.Type != "row"), static panel =>
            {
                Assert.NotEmpty(panel.Queries);
                Assert.Equal("${datasource}", panel.Node["datasource"]!["uid"]!.GetValue<string>());
                Assert.All(panel.Queries, query => Assert.All(Selectors().Matches(Groupings().Replace(query.Expression, "")), selector => Assert.Contains("job=~\"$job\",instance=~\"$instance\"", selector.Value, StringComparison.Ordinal)));
            });
            Assert.Empty(from one in dashboard.Panels from other in dashboard.Panels where one != other && Overlap(one.Place, other.Place) select $"{one.Title} lies on {other.Title}");
        }
    }

    /// <summary>The rules load, evaluate, and name only what exists.</summary>
    private static async Task AssertRulesAsync(PrometheusServer prometheus)
    {
        var health = new Dictionary<string, string>();
        await Eventually.TrueAsync(async () => (health = new(await prometheus.RulesAsync())).Values.All(static state => state == "ok"), "rules: " + string.Join(' ', health));
        var names = await prometheus.NamesAsync();
        var wanted = AlertRules.Read().SelectMany(static rule => Names().Matches(rule.Expression)).Select(static name => name.Value).Distinct();
        Assert.Empty(wanted.Except(names).Except(SeenElsewhere));
    }

    private static bool Overlap((int X, int Y, int Width, int Height) a, (int X, int Y, int Width, int Height) b) =>
        a.X < b.X + b.Width && b.X < a.X + a.Width && a.Y < b.Y + b.Height && b.Y < a.Y + a.Height;

    /// <summary>Metrics in an expression: ours and the framework's.</summary>
    [GeneratedRegex(@"\b(?:sidecar|http|kestrel|dotnet)_[a-z0-9_]+")]
    private static partial Regex Names();

    /// <summary>A metric with what it is narrowed to, if it is.</summary>
    [GeneratedRegex(@"\b(?:sidecar|http|kestrel|dotnet)_[a-z0-9_]+(?:\{[^}]*\})?(?=[\[)\s])")]
    private static partial Regex Selectors();

    [GeneratedRegex(@"by \([^)]*\)")]
    private static partial Regex Groupings();
}
