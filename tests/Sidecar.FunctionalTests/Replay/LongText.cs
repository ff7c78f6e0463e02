using System.Text;
using System.Text.Json.Nodes;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>Texts of megabytes written in a line: a string, <c>{"repeat": [text, times]}</c>, or a list of those.</summary>
internal static class LongText
{
    public static string Expand(JsonNode text) => text switch
    {
        JsonArray parts => string.Concat(parts.Select(p => Expand(p!))),
        JsonObject one when Repeat(one) is { } repeated => repeated,
        _ => (string)text!,
    };

    public static string? Repeat(JsonObject value) =>
        value is { Count: 1 } && value["repeat"] is JsonArray repeat
            ? new StringBuilder().Insert(0, (string)repeat[0]!, (int)repeat[1]!).ToString()
            : null;
}
