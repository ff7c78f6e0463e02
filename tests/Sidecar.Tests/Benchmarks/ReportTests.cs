using System.Text.Json.Nodes;
using System.Xml.Linq;
using Sidecar.Benchmarks;

namespace Sidecar.Tests.Benchmarks;

public sealed class ReportTests : IDisposable
{
    private static readonly BenchmarkRow[] Rows =
    [
        new("direct", "requests, 64 connections", "requests/s", [25000]) { RatioToNginx = 1.25 },
        new("nginx", "requests, 64 connections", "requests/s", [20000]) { RatioToNginx = 1 },
        new("sidecar", "requests, 64 connections", "requests/s", [18000.126, 17000, 19000]) { RatioToNginx = 0.9004 },
        new("nginx", "p99, 64 connections", "µs", [500]) { RatioToNginx = 1 },
        new("sidecar", "p99, 64 connections", "µs", [2000]) { RatioToNginx = 4 },
    ];

    private readonly string _directory = Directory.CreateTempSubdirectory("sidecar-report-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Add_Rows_AreAsOthersReadThem()
    {
        new Report(_directory).Add("requests", Rows);

        Assert.Equal(
            """{"name":"sidecar","metric":"requests, 64 connections","value":18000.13,"unit":"requests/s","ratio_to_nginx":0.9,"rounds":[18000.13,17000,19000]}""",
            Results()[2]!.ToJsonString());
    }

    [Fact]
    public void Add_Again_ReplacesTheSameRowsInTheirPlace()
    {
        var report = new Report(_directory);
        report.Add("requests", Rows);
        report.Add("requests", [new("nginx", "requests, 64 connections", "requests/s", [1]) { RatioToNginx = 1 }, new("recovery", "captcha", "pictures/s", [300])]);

        Assert.Equal(["direct", "nginx", "sidecar", "nginx", "sidecar", "recovery"], Results().Select(static row => (string?)row!["name"]));
        Assert.Equal(1, (double?)Results()[1]!["value"]);
        Assert.Null(Results()[5]!["ratio_to_nginx"]);
    }

    [Fact]
    public void Summarize_Proxies_StandSideBySide()
    {
        var report = new Report(_directory);
        report.Add("requests", Rows);
        report.Add("recovery", [new("recovery", "captcha", "pictures/s", [298.7])]);
        using var console = new StringWriter();
        report.Summarize("A machine.", console);

        var table = File.ReadAllText(Path.Combine(_directory, "results.md"));
        Assert.StartsWith("A machine.\n\n| | direct | nginx | sidecar |\n", table, StringComparison.Ordinal);
        Assert.Contains("| requests, 64 connections (requests/s) | 25,000 (1.25) | 20,000 | 18,000 (0.90) |\n", table, StringComparison.Ordinal);
        Assert.Contains("| p99, 64 connections (µs) |  | 500 | 2,000 (4.00) |\n", table, StringComparison.Ordinal);
        Assert.Contains("| recovery | captcha | 299 pictures/s |\n", table, StringComparison.Ordinal);
        Assert.Contains(table, console.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(_directory, "proxies.svg")));
    }

    [Fact]
    public void Warnings_AppHardlyFasterThanAProxy_AreGiven()
    {
        Assert.Contains("1.25 times as fast as nginx", Assert.Single(ResultTable.Warnings(Rows)), StringComparison.Ordinal);
        Assert.Empty(ResultTable.Warnings([Rows[0] with { Name = "caddy" }, new("direct", Rows[0].Metric, "requests/s", [50000]) { RatioToNginx = 2.5 }]));
    }

    [Fact]
    public void Draw_Ratios_AreBarsOfThatLength()
    {
        var chart = XDocument.Parse(RatioChart.Draw([.. Rows, new("caddy & co", "p99, 64 connections", "µs", [900]) { RatioToNginx = 1.8 }]));

        XNamespace svg = "http://www.w3.org/2000/svg";
        double[] widths = [.. chart.Root!.Elements(svg + "rect").Where(static bar => (string?)bar.Attribute("x") == "270" && (string?)bar.Attribute("y") != "38").Select(static bar => (double)bar.Attribute("width")!)];
        // The sidecar's requests, then p99 of the sidecar, which ends at the edge, and of the other.
        Assert.Equal([156.1, 520, 312], widths);
        string[] texts = [.. chart.Root.Elements(svg + "text").Select(static text => text.Value)];
        Assert.Contains("4.00 ▸", texts);
        Assert.Contains("caddy & co", texts);
        Assert.Contains("nginx = 1", texts);
        Assert.True(Array.IndexOf(texts, "More is better") < Array.IndexOf(texts, "Less is better"));
    }

    private JsonArray Results() => JsonNode.Parse(File.ReadAllText(Path.Combine(_directory, "results.json")))!.AsArray();
}
