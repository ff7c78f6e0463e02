using System.Text.Json.Nodes;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>One contract as the app's own handlers answered it; see Recordings/README.md.</summary>
internal sealed record Recording(string Contract, IReadOnlyDictionary<string, Route> Routes, IReadOnlyList<Scenario> Scenarios)
{
    public static Recording Load(string contract)
    {
        var file = RepositoryRoot.Combine("tests", "Sidecar.FunctionalTests", "Replay", "Recordings", contract + ".json");
        var root = JsonNode.Parse(File.ReadAllText(file))!;
        return new(
            contract,
            root["routes"]!.AsObject().ToDictionary(r => r.Key, r => new Route((string)r.Value!["method"]!, (string)r.Value["path"]!)),
            [.. root["scenarios"]!.AsArray().Select(s => Scenario.Read(s!.AsObject()))]);
    }
}

internal sealed record Route(string Method, string Path);

internal sealed record Scenario(string Id, string Title, IReadOnlyList<Step> Steps)
{
    public static Scenario Read(JsonObject scenario) => new(
        (string)scenario["id"]!,
        (string)scenario["title"]!,
        [.. scenario["steps"]!.AsArray().Select(s => Step.Read(s!.AsObject()))]);
}
