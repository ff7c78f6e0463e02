using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Sidecar.Pages;

/// <summary>
/// The script behind the login link, with the settings written into it. Its address changes with its bytes, so browsers may
/// keep it for good.
/// </summary>
internal sealed class LoginLinkScript
{
    private readonly byte[] _bytes;
    private readonly string _version;
    private readonly string _etag;

    public LoginLinkScript(PagesOptions options)
    {
        _bytes = [.. "(function (settings) {\n"u8, .. ReadSource(), .. "})("u8, .. Settings(options), .. ");\n"u8];
        _version = Convert.ToHexStringLower(SHA256.HashData(_bytes).AsSpan(0, 6));
        _etag = $"\"{_version}\"";
        Path = options.Path + "/login-link.js";
        Source = $"{Path}?v={_version}";
    }

    /// <summary>Where it is served.</summary>
    public string Path { get; }

    /// <summary>What documents ask for.</summary>
    public string Source { get; }

    public async Task ServeAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            PageHeaders.Write(response.Headers);
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
            return;
        }

        response.Headers.ETag = _etag;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        // Another replica may be a version ahead: its documents must not pin this one's script.
        response.Headers.CacheControl = request.Query["v"] == _version ? "public, max-age=31536000, immutable" : "no-cache";
        if (request.Headers.IfNoneMatch.ToString() is var known && (known == "*" || known.Contains(_etag, StringComparison.Ordinal)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "text/javascript; charset=utf-8";
        response.ContentLength = _bytes.Length;
        if (!HttpMethods.IsHead(request.Method))
        {
            await response.Body.WriteAsync(_bytes, context.RequestAborted);
        }
    }

    private static byte[] Settings(PagesOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("page"u8, options.Path);
            writer.WriteString("selector"u8, options.LoginLink.Selector);
            writer.WriteStartArray("paths"u8);
            foreach (var path in options.LoginLink.Paths.Patterns)
            {
                writer.WriteStringValue(path);
            }

            writer.WriteEndArray();
            writer.WriteStartObject("text"u8);
            foreach (var (language, text) in options.LoginLink.Text.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
            {
                writer.WriteString(language.ToLowerInvariant(), text);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] ReadSource()
    {
        using var stream = typeof(LoginLinkScript).Assembly.GetManifestResourceStream("login-link.js")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return Encoding.UTF8.GetBytes(reader.ReadToEnd());
    }
}
