using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>The figures of one run, as artifacts/uniformity keeps them.</summary>
internal sealed record UniformityReport(IReadOnlyList<TimedStep> Steps, string Binary)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var directory = RepositoryRoot.Combine("artifacts", "uniformity");
        Directory.CreateDirectory(directory);
        await File.WriteAllTextAsync(Path.Combine(directory, "report.json"), ToJson().ToJsonString(Readable) + "\n", cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "report.md"), ToMarkdown(), cancellationToken);
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder("# Time for known and unknown addresses\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, {Binary}. Milliseconds; P is the probability that a known address takes longer, ties counted half.\n\n");
        text.Append("| step | samples each | median known | median unknown | difference | P |\n|---|---|---|---|---|---|\n");
        foreach (var step in Steps)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {step.Name} | {step.Samples} | {step.KnownMedian:F3} | {step.UnknownMedian:F3} | {Math.Round(step.Difference, 3) + 0.0:+0.000;-0.000;0.000} | {step.Superiority:F3} |\n");
        }

        return text.ToString();
    }

    private JsonObject ToJson() => new()
    {
        ["cores"] = Environment.ProcessorCount,
        ["binary"] = Binary,
        ["steps"] = new JsonArray([.. Steps.Select(static step => new JsonObject
        {
            ["step"] = step.Name,
            ["samples"] = step.Samples,
            ["median_known_ms"] = step.KnownMedian,
            ["median_unknown_ms"] = step.UnknownMedian,
            ["difference_ms"] = step.Difference,
            ["superiority"] = step.Superiority,
        })]),
    };
}
