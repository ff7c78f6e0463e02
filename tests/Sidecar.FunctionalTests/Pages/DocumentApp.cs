using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Sidecar.FunctionalTests.Pages;

/// <summary>An app that answers every GET with its one document, as single-page apps do, and as each request asks for it.</summary>
internal sealed class DocumentApp : IAsyncDisposable
{
    public const string ETag = "\"v1\"";
    public static readonly string Html = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>App ☂</title></head><body>" + string.Concat(Enumerable.Repeat("<p>忘</p>", 20_000)) + "</body></html>";

    private readonly WebApplication app;

    private DocumentApp(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.Single());

    /// <summary>What the app was asked, newest last.</summary>
    public ConcurrentQueue<IHeaderDictionary> Requests { get; } = [];

    /// <summary>Header fields that answers carry besides the usual ones.</summary>
    public Dictionary<string, string> Adds { get; } = [];

    /// <summary>The document's bytes in a coding.</summary>
    public static byte[] Encoded(string coding)
    {
        var bytes = Encoding.UTF8.GetBytes(Html);
        using var buffer = new MemoryStream();
        using (Stream? stream = coding switch { "gzip" => new GZipStream(buffer, CompressionLevel.Fastest, true), "br" => new BrotliStream(buffer, CompressionLevel.Fastest, true), _ => null })
        {
            stream?.Write(bytes);
        }

        return buffer.Length == 0 ? bytes : buffer.ToArray();
    }

    public static async Task<DocumentApp> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var web = builder.Build();
        var app = new DocumentApp(web);
        web.Run(app.AnswerAsync);
        await web.StartAsync();
        return app;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        Requests.Enqueue(new HeaderDictionary(request.Headers.ToDictionary()));
        response.Headers.ETag = ETag;
        response.Headers.LastModified = "Wed, 21 Oct 2015 07:28:00 GMT";
        if (request.Headers.IfNoneMatch.ToString().Contains(ETag, StringComparison.Ordinal) || (request.Headers.IfNoneMatch.Count == 0 && request.Headers.IfModifiedSince.Count > 0))
        {
            response.StatusCode = 304;
            return;
        }

        var coding = request.Query["coding"].ToString();
        var bytes = Encoded(coding);
        response.ContentType = request.Query["type"].ToString() is { Length: > 0 } type ? type : "text/html; charset=utf-8";
        response.Headers.AcceptRanges = "bytes";
        response.Headers["Repr-Digest"] = "sha-256=:AAAA:";
        if (coding.Length > 0)
        {
            response.Headers.ContentEncoding = coding;
        }

        foreach (var (name, value) in Adds)
        {
            response.Headers[name] = value;
        }

        if (!request.Query.ContainsKey("chunked"))
        {
            response.ContentLength = bytes.Length;
        }

        if (HttpMethods.IsGet(request.Method))
        {
            await response.Body.WriteAsync(bytes);
        }
    }
}
