using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sidecar.Hosting;
using Sidecar.Upstream;

namespace Sidecar.Contracts;

/// <summary>What the app said to what was handed to it.</summary>
internal enum AppVerdict
{
    /// <summary>Nothing that can be understood: the app may have taken it.</summary>
    Unknown,
    Accepted,
    Refused,
}

/// <summary>
/// Sends a reset or a sign-up under its plain path, whichever spelling came in, and reads the app's verdict from the answer before the
/// client gets it.
/// </summary>
/// <param name="clients">Whose word about the client counts.</param>
/// <param name="path">The path in its plain spelling.</param>
/// <param name="settle">Runs on the verdict, before the client hears of it: who comes back at once finds the proof as the verdict left it.</param>
internal sealed class VerdictTransformer(ClientAddressResolver clients, string path, Func<AppVerdict, ValueTask> settle) : RawTransformer(clients)
{
    private const int MostAnswerBytes = 1024 * 1024;

    /// <summary>What the app said; null while it has said nothing whole.</summary>
    public AppVerdict? Verdict { get; private set; }

    /// <summary>Whether the app has nothing at this path.</summary>
    public bool IsAbsent { get; private set; }

    public override async ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        // The verdict is read here, so it must come uncompressed.
        proxyRequest.Headers.Remove("Accept-Encoding");
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null || !await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken))
        {
            return false;
        }

        await proxyResponse.Content.LoadIntoBufferAsync(MostAnswerBytes, cancellationToken);
        var answer = await proxyResponse.Content.ReadAsByteArrayAsync(cancellationToken);
        IsAbsent = proxyResponse.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed;
        // Where there is nothing, whatever the page says that tells so, nobody took it.
        var verdict = Read(answer) is var said && said == AppVerdict.Unknown && IsAbsent ? AppVerdict.Refused : said;
        Verdict = verdict;
        await settle(verdict);
        httpContext.Response.ContentLength = answer.Length;
        await httpContext.Response.Body.WriteAsync(answer, cancellationToken);
        return false;
    }

    protected override string Target(HttpContext httpContext) => path + httpContext.Request.QueryString.Value;

    private static AppVerdict Read(byte[] answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("code", out var code) && code.TryGetInt32(out var number)
                ? number == 0 ? AppVerdict.Accepted : AppVerdict.Refused
                : AppVerdict.Unknown;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return AppVerdict.Unknown;
        }
    }
}
