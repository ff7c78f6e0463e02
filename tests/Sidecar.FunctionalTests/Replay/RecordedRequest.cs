using System.Text;
using System.Text.Json.Nodes;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>A request as recorded; only <see cref="Json"/> may hold things to be replaced by this run's own.</summary>
internal sealed record RecordedRequest(string Method, string Path, string? Query, JsonObject? Json, byte[]? Body)
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Whose answer's <c>Authorization</c> goes with the request.</summary>
    public int? IssuedByStep { get; init; }

    public string Target => Query is null ? Path : $"{Path}?{Query}";

    public static RecordedRequest Read(JsonObject request) => new(
        (string)request["method"]!,
        (string)request["path"]!,
        request["query"] is { } query ? LongText.Expand(query) : null,
        request["json"] as JsonObject,
        request["text"] is { } text ? Encoding.UTF8.GetBytes(LongText.Expand(text))
            : request["base64"] is { } bytes ? Convert.FromBase64String((string)bytes!)
            : null)
    {
        Headers = [.. (request["headers"] as JsonObject ?? []).Where(h => h.Value is JsonValue).Select(h => new KeyValuePair<string, string>(h.Key, (string)h.Value!))],
        IssuedByStep = (int?)(request["headers"]?["Authorization"] as JsonObject)?["issued_by_step"],
    };
}
