using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>The outcome of one contract, as artifacts/replay/&lt;contract&gt;.json keeps it for comparison over releases.</summary>
internal sealed record ReplayReport(string Contract, IReadOnlyList<Verdict> Verdicts)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public IEnumerable<Verdict> Unexplained => Verdicts.Where(v => v.Kind == VerdictKind.Unexplained);

    public JsonObject ToJson() => new()
    {
        ["steps"] = Verdicts.Count,
        ["equal"] = Count(VerdictKind.Equal),
        ["deliberate"] = Count(VerdictKind.Deliberate),
        ["unexplained"] = Count(VerdictKind.Unexplained),
        ["skipped"] = Count(VerdictKind.Skipped),
        ["differences"] = new JsonArray([.. Unexplained.Select(Difference)]),
        ["skips"] = new JsonArray([.. Verdicts.Where(v => v.Kind == VerdictKind.Skipped).Select(Skip)]),
    };

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var directory = RepositoryRoot.Combine("artifacts", "replay");
        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(Path.Combine(directory, Contract + ".json"), ToJson().ToJsonString(Readable) + "\n", cancellationToken);
    }

    private int Count(VerdictKind kind) => Verdicts.Count(v => v.Kind == kind);

    private static JsonObject Difference(Verdict verdict) => new()
    {
        ["scenario"] = verdict.Scenario.Id,
        ["title"] = verdict.Scenario.Title,
        ["step"] = verdict.Step.Index,
        ["request"] = $"{verdict.Step.Request.Method} {verdict.Step.Request.Path}",
        ["recorded"] = verdict.Step.Answer.ToString(),
        ["got"] = verdict.Played?.Answer.ToString(),
        ["detail"] = new JsonArray([.. verdict.Detail.Select(d => (JsonNode)d)]),
    };

    private static JsonObject Skip(Verdict verdict) => new()
    {
        ["scenario"] = verdict.Scenario.Id,
        ["step"] = verdict.Step.Index,
        ["reason"] = string.Join("; ", verdict.Detail),
    };
}
