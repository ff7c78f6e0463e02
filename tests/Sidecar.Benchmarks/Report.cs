using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sidecar.Benchmarks;

/// <summary>
/// Keeps what was measured: <c>results.json</c>, in which rows of other benchmarks stay as they are, and what is drawn from all of
/// them for people: tables in <c>results.md</c>, a chart of the proxies, and one of each benchmark that compares with nothing.
/// </summary>
internal sealed class Report(string directory)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private string Results => Path.Combine(directory, "results.json");

    public void Add(string benchmark, IReadOnlyList<BenchmarkRow> rows)
    {
        Directory.CreateDirectory(directory);
        var all = Read();
        foreach (var row in rows)
        {
            // In its old place, so that the tables keep their order.
            var index = all.FindIndex(old => old.Name == row.Name && old.Metric == row.Metric);
            if (index < 0)
            {
                all.Add(row);
            }
            else
            {
                all[index] = row;
            }
        }

        File.WriteAllText(Results, new JsonArray([.. all.Select(ToJson)]).ToJsonString(Indented) + "\n");
        if (rows.All(static row => row.RatioToNginx is null))
        {
            File.WriteAllText(Path.Combine(directory, $"{benchmark}.svg"), BarChart.Draw(rows));
        }
    }

    /// <param name="machine">On what, and with what, it was measured.</param>
    /// <param name="console">Sees the table too.</param>
    public void Summarize(string machine, TextWriter console)
    {
        var rows = Read();
        var table = ResultTable.Write(rows, machine);
        File.WriteAllText(Path.Combine(directory, "results.md"), table);
        if (rows.Any(static row => row.RatioToNginx is not null))
        {
            File.WriteAllText(Path.Combine(directory, "proxies.svg"), RatioChart.Draw(rows));
        }

        console.WriteLine();
        console.WriteLine(table);
    }

    private List<BenchmarkRow> Read() =>
        File.Exists(Results) && JsonNode.Parse(File.ReadAllText(Results)) is JsonArray old ? [.. old.OfType<JsonObject>().Select(FromJson)] : [];

    private static BenchmarkRow FromJson(JsonObject row) =>
        new((string)row["name"]!, (string)row["metric"]!, (string)row["unit"]!, [.. row["rounds"]!.AsArray().Select(static value => (double)value!)]) { RatioToNginx = (double?)row["ratio_to_nginx"] };

    private static JsonObject ToJson(BenchmarkRow row) => new()
    {
        ["name"] = row.Name,
        ["metric"] = row.Metric,
        ["value"] = Math.Round(row.Value, 2),
        ["unit"] = row.Unit,
        ["ratio_to_nginx"] = row.RatioToNginx is { } ratio ? Math.Round(ratio, 3) : null,
        ["rounds"] = new JsonArray([.. row.Rounds.Select(static value => (JsonNode)Math.Round(value, 2))]),
    };
}
