using System.Text.Json;

namespace Sidecar.Contracts;

/// <summary>What a body said for one name.</summary>
/// <param name="Text">The text; null when it is not a text.</param>
/// <param name="IsGiven">Whether the app would count it as given: not missing, null, false, zero or empty.</param>
internal readonly record struct RequestField(string? Text, bool IsGiven);

/// <summary>The fields of a request's body, with the app's rules of what counts as given.</summary>
/// <param name="fields">By name, as sent; a repeated name keeps its last value.</param>
/// <param name="repeatsName">Whether a name stands twice, ASCII case ignored, so that two readers may see two bodies.</param>
internal sealed class RequestFields(IReadOnlyDictionary<string, RequestField> fields, bool repeatsName)
{
    public static RequestFields None { get; } = new(new Dictionary<string, RequestField>(), false);

    public bool RepeatsName => repeatsName;

    public RequestField this[string name] => fields.TryGetValue(name, out var field) ? field : default;

    public static RequestFields From(JsonElement root)
    {
        var fields = new Dictionary<string, RequestField>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var repeats = false;
        foreach (var property in root.EnumerateObject())
        {
            repeats |= !names.Add(property.Name);
            fields[property.Name] = Field(property.Value);
        }

        return new(fields, repeats);
    }

    public static RequestFields From(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var fields = new Dictionary<string, RequestField>(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var repeats = false;
        foreach (var (name, value) in pairs)
        {
            repeats |= !names.Add(name);
            fields.TryAdd(name, new(value, value.Length > 0));
        }

        return new(fields, repeats);
    }

    private static RequestField Field(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => new(value.GetString(), value.GetString()!.Length > 0),
        JsonValueKind.True => new(null, true),
        JsonValueKind.Number => new(null, !value.TryGetDouble(out var number) || number != 0),
        JsonValueKind.Array => new(null, value.GetArrayLength() > 0),
        JsonValueKind.Object => new(null, value.EnumerateObject().Any()),
        _ => default,
    };
}
