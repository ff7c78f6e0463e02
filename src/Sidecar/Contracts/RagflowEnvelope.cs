using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Contracts;

/// <summary>RAGFlow's answer: HTTP 200 and <c>{"code","data","message"}</c>, errors included. Never code 401: the frontend logs the user out on it.</summary>
internal static class RagflowEnvelope
{
    public const int Ok = 0;
    public const int NotEffective = 10;
    public const int Exception = 100;
    public const int Argument = 101;
    public const int Data = 102;
    public const int Authentication = 109;
    public const int Forbidden = 403;
    public const int NotFound = 404;
    public const int ServerError = 500;

    /// <summary>An answer with <c>data</c> true or false, or null where the framework rather than a handler answers.</summary>
    public static Task WriteAsync(HttpContext context, int code, bool? data, string message) =>
        WriteAsync(context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteNumber("code"u8, code);
            if (data is { } value)
            {
                writer.WriteBoolean("data"u8, value);
            }
            else
            {
                writer.WriteNull("data"u8);
            }

            writer.WriteString("message"u8, message);
        });

    /// <summary>A success whose <c>data</c> is an object.</summary>
    public static Task WriteAsync(HttpContext context, int code, string message, Action<Utf8JsonWriter> data) =>
        WriteAsync(context, StatusCodes.Status200OK, writer =>
        {
            writer.WriteNumber("code"u8, code);
            writer.WriteStartObject("data"u8);
            data(writer);
            writer.WriteEndObject();
            writer.WriteString("message"u8, message);
        });

    /// <summary>The framework's answer to a path nobody serves.</summary>
    public static Task WriteNotFoundAsync(HttpContext context, string path) =>
        WriteAsync(context, StatusCodes.Status404NotFound, writer =>
        {
            writer.WriteNumber("code"u8, NotFound);
            writer.WriteNull("data"u8);
            writer.WriteString("error"u8, "Not Found");
            writer.WriteString("message"u8, $"Not Found: {path}");
        });

    private static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> fields)
    {
        var body = new ArrayBufferWriter<byte>(128);
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        var response = context.Response;
        response.StatusCode = status;
        response.ContentType ??= "application/json";
        response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
        }
    }
}
