using System.Text.Json;

namespace Sidecar.Demo.App;

/// <summary>The envelope as the Go releases write it: with a charset, and without a word on origins.</summary>
internal static class GoEnvelope
{
    public const string Type = "application/json; charset=utf-8";

    public static Task NotFoundAsync(HttpContext context, string path) => Envelope.SendAsync(context, 404, json =>
    {
        json.WriteStartObject();
        json.WriteNumber("code", 404);
        json.WriteNull("data");
        json.WriteString("error", "Not Found");
        json.WriteString("message", $"Not Found: {path}");
        json.WriteEndObject();
    }, Type);

    public static Task RefuseAsync(HttpContext context, int code, string message) =>
        WriteAsync(context, 200, code, static json => json.WriteBooleanValue(false), message);

    public static Task UnauthorizedAsync(HttpContext context, string message) =>
        WriteAsync(context, 401, 401, static json => json.WriteNullValue(), message);

    public static Task OkAsync(HttpContext context, Action<Utf8JsonWriter> data, string message) => WriteAsync(context, 200, 0, data, message);

    private static Task WriteAsync(HttpContext context, int status, int code, Action<Utf8JsonWriter> data, string message) =>
        Envelope.SendAsync(context, status, json => Envelope.Write(json, code, data, message), Type);
}
