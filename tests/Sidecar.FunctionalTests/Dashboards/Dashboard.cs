using System.Globalization;
using System.Text.Json.Nodes;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Dashboards;

/// <summary>A dashboard as Grafana imports it.</summary>
internal sealed record Dashboard(string File, JsonObject Root)
{
    public IReadOnlyList<DashboardPanel> Panels { get; } = [.. Root["panels"]!.AsArray().Select(static panel => new DashboardPanel(panel!.AsObject()))];

    public IReadOnlyList<JsonNode> Variables { get; } = [.. Root["templating"]!["list"]!.AsArray().Select(static variable => variable!)];

    /// <summary>All that the repository ships.</summary>
    public static IReadOnlyList<Dashboard> All() =>
        [.. Directory.GetFiles(RepositoryRoot.Combine("deploy", "grafana"), "*.json").Select(static file => new Dashboard(Path.GetFileName(file), JsonNode.Parse(System.IO.File.ReadAllText(file))!.AsObject()))];
}

/// <summary>A panel, or the heading of a row of them.</summary>
internal sealed record DashboardPanel(JsonObject Node)
{
    public string Title => Node["title"]!.GetValue<string>();

    public string Type => Node["type"]!.GetValue<string>();

    public string Unit => Node["fieldConfig"]?["defaults"]?["unit"]?.GetValue<string>() ?? "none";

    public bool IsStacked => Node["fieldConfig"]?["defaults"]?["custom"]?["stacking"]?["mode"]?.GetValue<string>() == "normal";

    public (int X, int Y, int Width, int Height) Place
    {
        get
        {
            var place = Node["gridPos"]!;
            return (place["x"]!.GetValue<int>(), place["y"]!.GetValue<int>(), place["w"]!.GetValue<int>(), place["h"]!.GetValue<int>());
        }
    }

    public IReadOnlyList<DashboardQuery> Queries { get; } =
        [.. (Node["targets"]?.AsArray() ?? []).Select(static target => new DashboardQuery(target!["expr"]!.GetValue<string>(), target["legendFormat"]!.GetValue<string>(), target["instant"]?.GetValue<bool>() == true))];
}

/// <param name="Expression">As it stands, variables and all.</param>
/// <param name="Legend">How each series is called, with labels in double braces.</param>
/// <param name="IsInstant">One value rather than many over time.</param>
internal sealed record DashboardQuery(string Expression, string Legend, bool IsInstant)
{
    /// <summary>As Grafana sends it with everything selected.</summary>
    public string Substituted(int rangeSeconds) => Expression
        .Replace("$__rate_interval", "15s", StringComparison.Ordinal)
        .Replace("$__range", string.Create(CultureInfo.InvariantCulture, $"{rangeSeconds}s"), StringComparison.Ordinal)
        .Replace("$job", ".*", StringComparison.Ordinal)
        .Replace("$instance", ".*", StringComparison.Ordinal);

    public string LegendOf(PrometheusSeries series) =>
        series.Labels.Aggregate(Legend, static (legend, label) => legend.Replace("{{" + label.Key + "}}", label.Value, StringComparison.Ordinal));
}
