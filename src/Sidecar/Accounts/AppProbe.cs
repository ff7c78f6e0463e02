using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Sidecar.Accounts;

/// <summary>
/// Asks RAGFlow's login without a password: an unknown address is told apart before anything is written, so this needs no
/// credentials and leaves no trace. It tells existence only, neither status nor the stored spelling.
/// </summary>
internal sealed class AppProbe(AccountsOptions options, HttpMessageInvoker client) : IAccountLookup
{
    private const int MostAnswerBytes = 64 * 1024;

    // Newest releases first; the one that answered is asked first the next time.
    private static readonly string[] LoginPaths = ["/api/v1/auth/login", "/v1/user/login"];

    private volatile int _preferred;
    private volatile string _trouble = "";

    public string Trouble => _trouble;

    public async ValueTask<bool> ExistsAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        if (!address.IsAscii)
        {
            return false;
        }

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.Timeout);
        try
        {
            var first = _preferred;
            for (var i = 0; i < LoginPaths.Length; i++)
            {
                var candidate = (first + i) % LoginPaths.Length;
                if (await AskAsync(LoginPaths[candidate], address, timeout.Token) is { } exists)
                {
                    _preferred = candidate;
                    _trouble = "";
                    return exists;
                }
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Unavailable(error is OperationCanceledException ? $"the app's login did not answer within {options.Timeout.TotalSeconds} s" : "the app's login cannot be reached", error);
        }

        throw Unavailable("the app's login answers in a way that tells nothing of an account; check that the app is a RAGFlow release with password login on", null);
    }

    private AccountsUnavailableException Unavailable(string reason, Exception? error)
    {
        _trouble = reason;
        return new AccountsUnavailableException(reason, error);
    }

    /// <summary>True, false, or null where this login says neither.</summary>
    private async Task<bool?> AskAsync(string path, EmailAddress address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Upstream, path)) { Content = new ByteArrayContent(Question(address)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await client.SendAsync(request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            return null;
        }

        if (response.StatusCode >= HttpStatusCode.InternalServerError)
        {
            // A proxy's word about an app that is down; the app itself answers its errors with 200.
            throw new HttpRequestException("The login answered with a server error.");
        }

        await response.Content.LoadIntoBufferAsync(MostAnswerBytes, cancellationToken);
        return Understand(await response.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    private static byte[] Question(EmailAddress address)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("email", address.Typed);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static bool? Understand(byte[] answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("code", out var code) || code.ValueKind != JsonValueKind.Number || !code.TryGetInt32(out var number)
                || !root.TryGetProperty("message", out var message) || message.ValueKind != JsonValueKind.String)
            {
                return null;
            }

            var text = message.GetString()!;
            return number switch
            {
                109 when text.EndsWith("is not registered!", StringComparison.Ordinal) => false,
                500 when text.Contains("crypt password", StringComparison.Ordinal) => true,
                _ => null,
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A page instead of an answer, or a message that is no valid text (InvalidOperationException).
            return null;
        }
    }
}
