using System.Text.Json.Nodes;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>The checked-in list of where the sidecar answers otherwise on purpose, and what it answers there.</summary>
internal sealed class DeliberateDifferences(IReadOnlyList<Deliberate> entries)
{
    public IReadOnlyList<Deliberate> Entries => entries;

    public static DeliberateDifferences Load() =>
        Read(JsonNode.Parse(File.ReadAllText(RepositoryRoot.Combine("tests", "Sidecar.FunctionalTests", "Replay", "deliberate.json")))!.AsArray());

    public static DeliberateDifferences Read(JsonArray list) => new([.. list.Select(static e => Deliberate.Read(e!.AsObject()))]);

    /// <summary>What is listed for a step by its number, else for all that were recorded alike.</summary>
    public Deliberate? Find(string contract, string scenario, Exchange step) =>
        entries.FirstOrDefault(e => e.Contracts.Contains(contract) && e.Names(scenario, step.Index))
        ?? entries.FirstOrDefault(e => e.Contracts.Contains(contract) && e.Recorded == step.Answer.Kind);
}

/// <summary>Steps that are answered otherwise, all for one reason and in one way.</summary>
/// <param name="Contracts">The recordings it holds for.</param>
/// <param name="At">Scenario and step numbers.</param>
/// <param name="Recorded">Instead of numbers: every step that was answered by this kind of answer.</param>
/// <param name="Defect">The number in docs/ragflow-defects.md of what the app does wrong there.</param>
/// <param name="NoDefect">Why there is no such number.</param>
/// <param name="Reason">Why the answer is another one.</param>
/// <param name="Instead">The answer given; fields it does not say are not compared.</param>
/// <param name="Mail">Whom a mail goes to; null: nobody.</param>
/// <param name="Within">The answer must not take longer.</param>
internal sealed record Deliberate(
    IReadOnlyList<string> Contracts,
    IReadOnlyList<(string Scenario, IReadOnlyList<int> Steps)> At,
    string? Recorded,
    int? Defect,
    string? NoDefect,
    string Reason,
    Answer Instead,
    string? Mail = null,
    TimeSpan? Within = null)
{
    public bool Names(string scenario, int step) => At.Any(at => at.Scenario == scenario && at.Steps.Contains(step));

    public static Deliberate Read(JsonObject entry)
    {
        var instead = entry["instead"]!.AsObject();
        return new(
            [.. entry["contracts"]!.AsArray().Select(static c => (string)c!)],
            [.. (entry["at"] as JsonObject ?? []).Select(static s => (s.Key, (IReadOnlyList<int>)[.. s.Value!.AsArray().Select(static n => (int)n!)]))],
            (string?)entry["recorded"] is { } kind ? Answer.Recorded(new JsonObject { [kind] = true }).Kind : null,
            (int?)entry["defect"],
            (string?)entry["no_defect"],
            (string)entry["reason"]!,
            Answer.Recorded(instead),
            (string?)instead["mail"],
            instead["within_seconds"] is { } seconds ? TimeSpan.FromSeconds((double)seconds) : null);
    }

    public override string ToString() => Defect is { } number ? $"defect {number}: {Reason}" : Reason;
}
