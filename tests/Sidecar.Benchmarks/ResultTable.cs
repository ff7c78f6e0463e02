using System.Globalization;
using System.Text;

namespace Sidecar.Benchmarks;

/// <summary>The rows as tables for a page and for the console: proxies side by side, then what stands by itself.</summary>
internal static class ResultTable
{
    /// <summary>With less between the app alone and the fastest proxy, the load's own core may be what is seen.</summary>
    private const double Headroom = 1.3;

    public static bool MoreIsBetter(string unit) => unit.EndsWith("/s", StringComparison.Ordinal);

    public static string Write(IReadOnlyList<BenchmarkRow> rows, string machine)
    {
        var table = new StringBuilder();
        table.Append(machine).Append("\n\n");
        BenchmarkRow[] compared = [.. rows.Where(static row => row.RatioToNginx is not null)];
        if (compared.Length > 0)
        {
            string[] names = [.. compared.Select(static row => row.Name).Distinct()];
            table.Append(CultureInfo.InvariantCulture, $"| | {string.Join(" | ", names)} |\n|---|{string.Concat(Enumerable.Repeat("---:|", names.Length))}\n");
            foreach (var metric in compared.GroupBy(static row => (row.Metric, row.Unit)))
            {
                var cells = names.Select(name => metric.FirstOrDefault(row => row.Name == name) is { } row ? Cell(row) : "");
                table.Append(CultureInfo.InvariantCulture, $"| {metric.Key.Metric} ({metric.Key.Unit}) | {string.Join(" | ", cells)} |\n");
            }

            table.Append("\nIn brackets: the median of the rounds' ratios to nginx.\n");
            foreach (var warning in Warnings(compared))
            {
                table.Append(CultureInfo.InvariantCulture, $"\n**{warning}**\n");
            }
        }

        BenchmarkRow[] alone = [.. rows.Except(compared)];
        if (alone.Length > 0)
        {
            table.Append("\n| | | |\n|---|---|---:|\n");
            foreach (var row in alone)
            {
                table.Append(CultureInfo.InvariantCulture, $"| {row.Name} | {row.Metric} | {Number(row.Value)} {row.Unit} |\n");
            }
        }

        return table.ToString();
    }

    /// <summary>Figures of which the load generator and the app may be the bound, and not the proxies.</summary>
    public static IEnumerable<string> Warnings(IEnumerable<BenchmarkRow> rows) =>
        from metric in rows.Where(static row => MoreIsBetter(row.Unit)).GroupBy(static row => row.Metric)
        let direct = metric.FirstOrDefault(static row => row.Name == "direct")
        let fastest = metric.Where(static row => row.Name != "direct").MaxBy(static row => row.Value)
        where direct is not null && fastest is not null && direct.Value < Headroom * fastest.Value
        select string.Create(CultureInfo.InvariantCulture, $"{metric.Key}: the app alone is only {direct.Value / fastest.Value:0.00} times as fast as {fastest.Name}; the load may be what is measured.");

    private static string Cell(BenchmarkRow row) =>
        row.Name == "nginx" ? Number(row.Value) : string.Create(CultureInfo.InvariantCulture, $"{Number(row.Value)} ({row.RatioToNginx:0.00})");

    /// <summary>Three digits tell all that such a measurement knows.</summary>
    private static string Number(double value) => value.ToString(value >= 100 ? "#,0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture);
}
