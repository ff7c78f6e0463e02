using System.Text.Json;

namespace Sidecar.Demo.App;

/// <summary>
/// A body as the Go releases bind it: JSON whatever the content type says, its first value only, names without regard to case, the last
/// of several, nothing but text for text.
/// </summary>
internal sealed class GoBody
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);

    private GoBody()
    {
    }

    /// <summary>Empty where the field is missing or null.</summary>
    public string this[string name] => _fields.GetValueOrDefault(name, "");

    /// <param name="request">Whose body it is.</param>
    /// <param name="fields">The texts that the handler asks for; others may be of any type.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="AppException">The app would not bind it; with its words.</exception>
    public static async Task<GoBody> ReadAsync(HttpRequest request, IReadOnlyCollection<string> fields, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        var body = new GoBody();
        using var document = Parse(buffer.ToArray());
        switch (document.RootElement.ValueKind)
        {
            case JsonValueKind.Null:
                return body;
            case JsonValueKind.Object:
                foreach (var property in document.RootElement.EnumerateObject())
                {
                    body.Take(property, fields);
                }

                return body;
            default:
                throw new AppException($"json: cannot unmarshal {GoName(document.RootElement.ValueKind)} into Go value");
        }
    }

    private void Take(JsonProperty property, IReadOnlyCollection<string> fields)
    {
        if (!fields.Contains(property.Name, StringComparer.OrdinalIgnoreCase) || property.Value.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        _fields[property.Name] = property.Value.ValueKind == JsonValueKind.String
            ? property.Value.GetString()!
            : throw new AppException($"json: cannot unmarshal {GoName(property.Value.ValueKind)} into Go struct field of type string");
    }

    private static JsonDocument Parse(byte[] bytes)
    {
        if (bytes.AsSpan().IndexOfAnyExcept(" \t\r\n"u8) < 0)
        {
            throw new AppException("EOF");
        }

        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { AllowMultipleValues = true });
            return JsonDocument.ParseValue(ref reader);
        }
        catch (JsonException)
        {
            throw new AppException("invalid character in the request's body");
        }
    }

    private static string GoName(JsonValueKind kind) => kind switch
    {
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => kind.ToString().ToLowerInvariant(),
    };
}
