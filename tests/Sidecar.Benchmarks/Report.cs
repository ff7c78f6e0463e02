using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecar.Benchmarks;

/// <summary>
/// Writes what was measured: <c>results.json</c>, in which rows of other benchmarks stay as they are, and a bar chart for each
/// benchmark.
/// </summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(string directory, string benchmark, IReadOnlyList<BenchmarkRow> rows)
    {
        Directory.CreateDirectory(directory);
        var file = Path.Combine(directory, "results.json");
        var kept = File.Exists(file) && JsonNode.Parse(File.ReadAllText(file)) is JsonArray old
            ? old.OfType<JsonObject>().Where(row => rows.All(mine => mine.Name != (string?)row["name"] || mine.Metric != (string?)row["metric"]))
            : [];
        var all = new JsonArray([.. kept.Select(static row => row.DeepClone()), .. rows.Select(ToJson)]);
        File.WriteAllText(file, all.ToJsonString(Indented) + "\n");
        File.WriteAllText(Path.Combine(directory, $"{benchmark}.svg"), Chart(rows));
    }

    private static JsonObject ToJson(BenchmarkRow row) => new()
    {
        ["name"] = row.Name,
        ["metric"] = row.Metric,
        ["value"] = Math.Round(row.Value, 2),
        ["unit"] = row.Unit,
        ["ratio_to_nginx"] = row.RatioToNginx,
        ["rounds"] = new JsonArray([.. row.Rounds.Select(static value => (JsonNode)Math.Round(value, 2))]),
    };

    /// <summary>A bar for each row; bars are comparable within one unit only.</summary>
    private static string Chart(IReadOnlyList<BenchmarkRow> rows)
    {
        const int Width = 720, Left = 260, Line = 34;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{(rows.Count * Line) + 16}" font-family="sans-serif" font-size="13">
            <rect width="100%" height="100%" fill="#fff"/>

            """);
        for (var i = 0; i < rows.Count; i++)
        {
            var (row, y) = (rows[i], 8 + (i * Line));
            var longest = rows.Where(other => other.Unit == row.Unit).Max(static other => other.Value);
            var length = longest > 0 ? row.Value / longest * (Width - Left - 130) : 0;
            svg.Append(CultureInfo.InvariantCulture, $"""
                <text x="{Left - 8}" y="{y + 20}" text-anchor="end" fill="#222">{WebUtility.HtmlEncode($"{row.Name}, {row.Metric}")}</text>
                <rect x="{Left}" y="{y + 4}" width="{length:0.#}" height="{Line - 10}" fill="#3b6ea5"/>
                <text x="{Left + length + 6:0.#}" y="{y + 20}" fill="#222">{row.Value:0.##} {WebUtility.HtmlEncode(row.Unit)}</text>

                """);
        }

        return svg.Append("</svg>\n").ToString();
    }
}
