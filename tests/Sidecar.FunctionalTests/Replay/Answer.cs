using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>What is compared of an answer; a field that is null was not said and is not compared.</summary>
/// <param name="Kind"><c>image</c>, <c>empty</c>, <c>envelope</c>, an envelope whose data is a picture, or what else came instead.</param>
/// <param name="Code">The envelope's code.</param>
/// <param name="Data">The envelope's data, as <c>true</c>, <c>false</c>, <c>null</c> or the name of its JSON type.</param>
/// <param name="Message">The envelope's message.</param>
internal sealed record Answer(int? Status, string Kind, int? Code = null, string? Data = null, string? Message = null)
{
    public const string Image = "image";
    public const string Empty = "empty";
    public const string Envelope = "envelope";
    public const string DataUri = "picture in an envelope";

    public static Answer None(string why) => new(null, "no answer: " + why);

    public static Answer Of(RawResponse response)
    {
        if (response.Value("Content-Type") is { } type && type.StartsWith("image/", StringComparison.OrdinalIgnoreCase))
        {
            return new(response.Status, Image);
        }

        if (response.Body.Length == 0)
        {
            return new(response.Status, Empty);
        }

        try
        {
            return JsonNode.Parse(response.Body) is JsonObject envelope && envelope.ContainsKey("code")
                ? IsPicture(envelope["data"]) ? new(response.Status, DataUri) : Of(envelope, response.Status)
                : new(response.Status, "JSON without a code");
        }
        catch (JsonException)
        {
            return new(response.Status, string.Create(CultureInfo.InvariantCulture, $"{response.Body.Length} bytes that are no JSON"));
        }
    }

    /// <summary>As recordings and lists write it: <c>{status, image|empty|data_uri|code, data, message}</c>.</summary>
    public static Answer Recorded(JsonObject recorded)
    {
        var status = recorded["status"]?.GetValue<int>();
        return recorded.ContainsKey("image") ? new(status, Image)
            : recorded.ContainsKey("empty") ? new(status, Empty)
            : recorded.ContainsKey("data_uri") ? new(status, DataUri)
            : Of(recorded, status);
    }

    public override string ToString() =>
        Kind == Envelope ? string.Create(CultureInfo.InvariantCulture, $"{Status} {{code {Code}, data {Data}, message {Message}}}") : $"{Status} {Kind}";

    private static Answer Of(JsonObject envelope, int? status) => new(
        status,
        Envelope,
        envelope["code"] is JsonValue code && code.TryGetValue<int>(out var number) ? number : null,
        envelope.TryGetPropertyValue("data", out var data) ? TypeOf(data) : null,
        envelope["message"] is JsonValue message && message.TryGetValue<string>(out var text) ? text : null);

    private static bool IsPicture(JsonNode? data) =>
        data is JsonValue value && value.TryGetValue<string>(out var text) && text.StartsWith("data:image/", StringComparison.Ordinal);

    private static string TypeOf(JsonNode? data) => data?.GetValueKind() switch
    {
        null => "null",
        var kind => kind.Value.ToString().ToLowerInvariant(),
    };
}
