using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Sidecar.Doctor;

/// <summary>
/// Finds out which RAGFlow stands there by what its recovery routes say to requests that cannot mean anything: the wrong
/// method, or a body that is no object. No handler gets as far as an address, a store or a mail.
/// </summary>
internal sealed class ContractProbe(HttpMessageInvoker app, Uri upstream)
{
    private const int MostAnswerBytes = 64 * 1024;

    private static readonly (string Path, string Contract)[] WrongMethods =
    [
        ("/api/v1/auth/password/reset", "ragflow-rest"),
        ("/v1/user/forget/reset-password", "ragflow-v1"),
        ("/v1/user/forget", "ragflow-v1-single"),
    ];

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

    /// <summary>The contracts found, whether the app is a RAGFlow at all, and the last HTTP status.</summary>
    public async Task<(IReadOnlyList<string> Contracts, bool IsRagflow, int Status)> LookAsync(CancellationToken cancellationToken)
    {
        var found = new List<string>();
        var isRagflow = false;
        var status = 0;
        foreach (var (path, contract) in WrongMethods)
        {
            (var answer, status) = await AskAsync(HttpMethod.Get, path, null, cancellationToken);
            isRagflow |= answer != Answer.Strange;
            // The preview between two releases has both paths, and its older one does nothing.
            if (answer == Answer.WrongMethod && !(contract == "ragflow-v1-single" && found.Contains("ragflow-v1")))
            {
                found.Add(contract);
            }
        }

        if (!found.Contains("ragflow-rest"))
        {
            // The Go backend says of a wrong method that there is no such path, so only the right one shows it.
            var (answer, _) = await AskAsync(HttpMethod.Post, WrongMethods[0].Path, "[]", cancellationToken);
            isRagflow |= answer != Answer.Strange;
            if (answer == Answer.BadArgument)
            {
                found.Add("ragflow-rest-go");
            }
        }

        return (found, isRagflow, status);
    }

    private async Task<(Answer Answer, int Status)> AskAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(upstream, path));
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
