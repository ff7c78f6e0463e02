using System.Text.Json.Nodes;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>The checked-in list of where the sidecar answers otherwise on purpose, and what it answers there.</summary>
internal sealed class DeliberateDifferences(IReadOnlyList<Deliberate> entries)
{
    public IReadOnlyList<Deliberate> Entries => entries;

    public static DeliberateDifferences Load() =>
        Read(JsonNode.Parse(File.ReadAllText(RepositoryRoot.Combine("tests", "Sidecar.FunctionalTests", "Replay", "deliberate.json")))!.AsArray());

    public static DeliberateDifferences Read(JsonArray list) => new([.. list.SelectMany(e => Deliberate.Read(e!.AsObject()))]);

    public Deliberate? Find(string contract, string scenario, int step) =>
        entries.FirstOrDefault(e => e.Contract == contract && e.Scenario == scenario && e.Step == step);
}

/// <summary>One step that is answered otherwise.</summary>
/// <param name="Reason">Usually a numbered defect of docs/ragflow-defects.md.</param>
/// <param name="Instead">The answer given; fields it does not say are not compared.</param>
/// <param name="Mail">Whom a mail goes to; null: nobody.</param>
/// <param name="Within">The answer must not take longer.</param>
internal sealed record Deliberate(string Contract, string Scenario, int Step, string Reason, Answer Instead, string? Mail, TimeSpan? Within)
{
    public static IEnumerable<Deliberate> Read(JsonObject entry)
    {
        var instead = entry["instead"]!.AsObject();
        return
            from contract in entry["contracts"]!.AsArray()
            from step in entry["steps"]!.AsArray()
            select new Deliberate(
                (string)contract!,
                (string)entry["scenario"]!,
                (int)step!,
                (string)entry["reason"]!,
                Answer.Recorded(instead),
                (string?)instead["mail"],
                instead["within_seconds"] is { } seconds ? TimeSpan.FromSeconds((double)seconds) : null);
    }
}
