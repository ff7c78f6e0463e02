using System.Net;
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
/// <param name="own">What clients must not send.</param>
/// <param name="path">The path at the app, in its plain spelling.</param>
/// <param name="contract">How the app says what it did.</param>
/// <param name="settle">Runs on the verdict, before the client hears of it: who comes back at once finds the proof as the verdict left it.</param>
internal sealed class VerdictTransformer(ClientAddressResolver clients, OwnHeaders own, string path, IContract contract, Func<AppVerdict, ValueTask> settle) : RawTransformer(clients, own)
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

        IsAbsent = proxyResponse.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed;
        if (contract.Judge((int)proxyResponse.StatusCode) is { } told)
        {
            await SettleAsync(told);
            return true;
        }

        await proxyResponse.Content.LoadIntoBufferAsync(MostAnswerBytes, cancellationToken);
        var answer = await proxyResponse.Content.ReadAsByteArrayAsync(cancellationToken);
        var said = contract.Judge(answer);
        // Where there is nothing, whatever the page says that tells so, nobody took it.
        await SettleAsync(said == AppVerdict.Unknown && IsAbsent ? AppVerdict.Refused : said);
        httpContext.Response.ContentLength = answer.Length;
        await httpContext.Response.Body.WriteAsync(answer, cancellationToken);
        return false;
    }

    protected override string Target(HttpContext httpContext) => path + httpContext.Request.QueryString.Value;

    private ValueTask SettleAsync(AppVerdict verdict)
    {
        Verdict = verdict;
        return settle(verdict);
    }
}
