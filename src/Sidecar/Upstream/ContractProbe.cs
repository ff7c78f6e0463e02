using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Sidecar.Upstream;

/// <summary>
/// Finds out which RAGFlow stands there by what its recovery routes say to requests that cannot mean anything: the wrong
/// method, or a body that is no object. No handler gets as far as an address, a store or a mail.
/// </summary>
internal sealed class ContractProbe(HttpMessageInvoker app, Uri upstream)
{
    private const int MostAnswerBytes = 64 * 1024;

    private const string RestReset = "/api/v1/auth/password/reset";

    /// <summary>By this name the app's log tells these requests from those of people.</summary>
    public const string UserAgent = "sidecar-contract-probe";

    private enum Answer
    {
        /// <summary>Not in RAGFlow's words.</summary>
        Strange,

        /// <summary>RAGFlow's: there is no such path.</summary>
        NoSuchPath,

        /// <summary>RAGFlow's: the path is there, the method is not.</summary>
        WrongMethod,

        /// <summary>RAGFlow's: the body is no good.</summary>
        BadArgument,

        /// <summary>RAGFlow's, something else.</summary>
        Other,
    }

    /// <summary>Asks one question after the other.</summary>
    public async Task<ContractFinding> LookAsync(CancellationToken cancellationToken)
    {
        var found = new List<string>();
        var isRagflow = false;
        var status = 0;
        if (await AsksAsync(HttpMethod.Get, RestReset) == Answer.WrongMethod)
        {
            found.Add("ragflow-rest");
        }

        if (await AsksAsync(HttpMethod.Get, "/v1/user/forget/reset-password") == Answer.WrongMethod)
        {
            found.Add("ragflow-v1");
        }

        // The preview between two releases has the oldest path, too, and it does nothing there.
        if (found.Count == 0 && await AsksAsync(HttpMethod.Get, "/v1/user/forget") == Answer.WrongMethod)
        {
            found.Add("ragflow-v1-single");
        }

        // The Go backend says of a wrong method that there is no such path, so only the right one shows it.
        if (found.Count == 0 && isRagflow && await AsksAsync(HttpMethod.Post, RestReset, "[]") == Answer.BadArgument)
        {
            found.Add("ragflow-rest-go");
        }

        return new(found, isRagflow, status);

        async Task<Answer> AsksAsync(HttpMethod method, string path, string? body = null)
        {
            (var answer, status) = await AskAsync(method, path, body, cancellationToken);
            isRagflow |= answer != Answer.Strange;
            return answer;
        }
    }

    private async Task<(Answer Answer, int Status)> AskAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(upstream, path));
        request.Headers.UserAgent.ParseAdd(UserAgent);
        if (body is not null)
        {
            request.Content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        }

        using var response = await app.SendAsync(request, cancellationToken);
        try
        {
            await response.Content.LoadIntoBufferAsync(MostAnswerBytes, cancellationToken);
        }
        catch (HttpRequestException)
        {
            return (Answer.Strange, (int)response.StatusCode);
        }

        return (Understand(await response.Content.ReadAsByteArrayAsync(cancellationToken), response.StatusCode), (int)response.StatusCode);
    }

    private static Answer Understand(byte[] body, HttpStatusCode status)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("code", out var code) || !code.TryGetInt32(out var number)
                || !root.TryGetProperty("message", out var message) || message.ValueKind != JsonValueKind.String)
            {
                return Answer.Strange;
            }

            return number switch
            {
                404 => Answer.NoSuchPath,
                100 when message.GetString()!.Contains("MethodNotAllowed", StringComparison.Ordinal) => Answer.WrongMethod,
                _ when status == HttpStatusCode.MethodNotAllowed => Answer.WrongMethod,
                101 => Answer.BadArgument,
                _ => Answer.Other,
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return Answer.Strange;
        }
    }
}

/// <summary>What the app's recovery routes said.</summary>
/// <param name="Contracts">The contracts it speaks, by name.</param>
/// <param name="IsRagflow">Whether anything was said in RAGFlow's words.</param>
/// <param name="Status">The last HTTP status.</param>
internal sealed record ContractFinding(IReadOnlyList<string> Contracts, bool IsRagflow, int Status)
{
    /// <summary>Whether somebody else answered in place of an app that is not there.</summary>
    public bool IsStandIn => !IsRagflow && Status is 502 or 503 or 504;
}
