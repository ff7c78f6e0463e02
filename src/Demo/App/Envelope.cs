using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sidecar.Demo.App;

/// <summary>The app's answer <c>{"code","data","message"}</c>, keys in this order, HTTP 200 even for refusals.</summary>
internal static class Envelope
{
    public const string Type = "application/json";

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Task RefuseAsync(HttpContext context, int code, string message) =>
        WriteAsync(context, 200, code, static json => json.WriteBooleanValue(false), message);

    /// <summary>What the app's framework makes of an exception: <c>data</c> null and the exception's words.</summary>
    public static Task ExceptionAsync(HttpContext context, string words) =>
        WriteAsync(context, 200, 100, static json => json.WriteNullValue(), words);

    /// <summary>A refusal of the framework's rather than of a handler: <c>data</c> null.</summary>
    public static Task NothingAsync(HttpContext context, int code, string message) => WriteAsync(context, 200, code, static json => json.WriteNullValue(), message);

    /// <param name="context">The exchange.</param>
    /// <param name="status">Releases before v0.23.0 say it in the envelope alone.</param>
    public static Task UnauthorizedAsync(HttpContext context, int status = 401) =>
        WriteAsync(context, status, 401, static json => json.WriteNullValue(), "<Unauthorized '401: Unauthorized'>");

    public static Task NotFoundAsync(HttpContext context, string path) => SendAsync(context, 404, json =>
    {
        json.WriteStartObject();
        json.WriteNumber("code", 404);
        json.WriteNull("data");
        json.WriteString("error", "Not Found");
        json.WriteString("message", $"Not Found: {path}");
        json.WriteEndObject();
    });

    public static Task OkAsync(HttpContext context, Action<Utf8JsonWriter> data, string message) => WriteAsync(context, 200, 0, data, message);

    public static async Task SendAsync(HttpContext context, int status, Action<Utf8JsonWriter> write, string type = Type)
    {
        using var buffer = new MemoryStream();
        await using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            write(json);
        }

        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = type;
        response.ContentLength = buffer.Length;
        if (type == Type && !response.Headers.ContainsKey("Vary"))
        {
            response.Headers.Vary = "Origin";
        }

        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), context.RequestAborted);
        }
    }

    /// <summary>The envelope itself.</summary>
    public static void Write(Utf8JsonWriter json, int code, Action<Utf8JsonWriter> data, string message)
    {
        json.WriteStartObject();
        json.WriteNumber("code", code);
        json.WritePropertyName("data");
        data(json);
        json.WriteString("message", message);
        json.WriteEndObject();
    }

    private static Task WriteAsync(HttpContext context, int status, int code, Action<Utf8JsonWriter> data, string message) =>
        SendAsync(context, status, json => Write(json, code, data, message));
}
