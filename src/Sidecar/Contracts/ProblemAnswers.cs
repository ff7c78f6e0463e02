using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Sidecar.Proof;
using Sidecar.Throttling;

namespace Sidecar.Contracts;

/// <summary>Writes the generic contract's bodies.</summary>
internal static class ProblemAnswers
{
    private const string Json = "application/json";
    private const string Problem = "application/problem+json";

    /// <summary>A refusal with members of its own.</summary>
    public static Task WriteAsync(HttpContext context, ProblemType type, Action<Utf8JsonWriter>? members = null) =>
        WriteAsync(context, type.Status, Problem, writer =>
        {
            writer.WriteString("type"u8, type.Uri);
            writer.WriteString("title"u8, type.Title);
            writer.WriteNumber("status"u8, type.Status);
            writer.WriteString("detail"u8, type.Detail);
            members?.Invoke(writer);
        });

    /// <summary>A refusal that ends by itself.</summary>
    public static Task WaitAsync(HttpContext context, ProblemType type, TimeSpan wait, string limit = "")
    {
        context.Response.Headers.RetryAfter = RateLimitFields.RetryAfter(wait);
        return WriteAsync(context, type, writer =>
        {
            writer.WriteNumber("wait_seconds"u8, RateLimitFields.RetryAfterSeconds(wait));
            if (limit.Length > 0)
            {
                writer.WriteString("limit"u8, limit);
            }
        });
    }

    public static Task WriteStatusAsync(HttpContext context, string status) =>
        WriteAsync(context, StatusCodes.Status200OK, Json, writer => writer.WriteString("status"u8, status));

    /// <summary>The picture as a data URI, which a page can show as it is; its bytes for whoever accepts pictures and no JSON.</summary>
    public static async Task WritePictureAsync(HttpContext context, ProofOutcome.CaptchaIssued captcha)
    {
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        if (!WantsPicture(context.Request))
        {
            await WriteAsync(context, StatusCodes.Status200OK, Json, writer => writer.WriteString("image"u8, $"data:{captcha.ContentType};base64,{Convert.ToBase64String(captcha.Picture.Span)}"));
            return;
        }

        context.Response.ContentType = captcha.ContentType;
        context.Response.ContentLength = captcha.Picture.Length;
        await context.Response.Body.WriteAsync(captcha.Picture, context.RequestAborted);
    }

    private static bool WantsPicture(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList([.. request.Headers.Accept.Select(static value => value ?? "")], out var types)
        && types.Any(static type => type.Type.Equals("image", StringComparison.OrdinalIgnoreCase))
        && !types.Any(static type => type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase));

    private static async Task WriteAsync(HttpContext context, int status, string contentType, Action<Utf8JsonWriter> fields)
    {
        var body = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.WrittenCount;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body.WrittenMemory, context.RequestAborted);
        }
    }
}
