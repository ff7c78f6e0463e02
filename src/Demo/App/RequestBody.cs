using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Sidecar.Demo.App;

/// <summary>
/// A body as the app reads it: none is an empty object, JSON must be an object, anything else must be a form whose first
/// values count.
/// </summary>
internal sealed partial class RequestBody
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, Field> _fields;

    private RequestBody(Dictionary<string, Field> fields) => _fields = fields;

    public bool IsEmpty => _fields.Count == 0;

    /// <summary>The field; one that is missing reads as JSON's null.</summary>
    public Field this[string name] => _fields.GetValueOrDefault(name, Field.Missing);

    /// <exception cref="AppException">The app would throw on this body.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        if (buffer.Length == 0)
        {
            return new RequestBody([]);
        }

        if (IsJson(request))
        {
            return FromJson(buffer.ToArray());
        }

        buffer.Position = 0;
        request.Body = buffer;
        return request.HasFormContentType ? await FromFormAsync(request, cancellationToken) : throw NoForm();
    }

    /// <summary>As the releases before v0.23.0 read it: JSON or nothing.</summary>
    /// <exception cref="AppException">The app would throw on this body.</exception>
    public static async Task<RequestBody> ReadJsonAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!IsJson(request))
        {
            throw new AppException("<UnsupportedMediaType '415: Unsupported Media Type'>");
        }

        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer, cancellationToken);
        return FromJson(buffer.ToArray());
    }

    private static bool IsJson(HttpRequest request) => request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) is true;

    private static RequestBody FromJson(byte[] bytes)
    {
        try
        {
            // JsonDocument would skip a byte order mark; the app does not.
            using var document = JsonDocument.Parse(WithoutPythonNumbers(StrictUtf8.GetString(bytes)));
            var root = document.RootElement;
            return root.ValueKind switch
            {
                JsonValueKind.Object => new RequestBody(ReadFields(root)),
                JsonValueKind.String => throw new AppException("AttributeError(\"'str' object has no attribute 'get'\")"),
                _ => throw new AppException("TypeError('JSON payload must be an object.')"),
            };
        }
        catch (JsonException)
        {
            throw new AppException("<BadRequest '400: Bad Request'>");
        }
        catch (DecoderFallbackException)
        {
            throw new AppException("UnicodeDecodeError('utf-8')");
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate, which JSON may spell and a .NET string reader refuses.
            throw new AppException("UnicodeEncodeError('utf-8')");
        }
    }

    /// <summary>The app's JSON reader knows three numbers that JSON does not.</summary>
    private static string WithoutPythonNumbers(string json) =>
        PythonNumberOrText().Replace(json, static match => match.Value[0] == '"' ? match.Value : "1");

    /// <summary>Of a repeated key the last counts, as in the app's JSON reader.</summary>
    private static Dictionary<string, Field> ReadFields(JsonElement root)
    {
        var fields = new Dictionary<string, Field>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            fields[property.Name] = Field.Of(property.Value);
        }

        return fields;
    }

    private static async Task<RequestBody> FromFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var form = await request.ReadFormAsync(cancellationToken);
            if (form.Count == 0)
            {
                throw NoForm();
            }

            return new RequestBody(form.ToDictionary(static entry => entry.Key, static entry => Field.Of(entry.Value[0] ?? ""), StringComparer.Ordinal));
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw NoForm();
        }
    }

    private static AppException NoForm() => new("TypeError('Request body is not a valid form payload.')");

    [GeneratedRegex("""
        "(?:[^"\\]|\\.)*"|-?Infinity|NaN
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex PythonNumberOrText();
}
