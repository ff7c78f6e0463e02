using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Sidecar.Accounts;

/// <summary>
/// Asks RAGFlow's login without a password: an unknown address is told apart before anything is written, so this needs no
/// credentials and leaves no trace. The Go backend looks for nobody before it has some password: it gets one that nobody has. It tells
/// existence only, neither status nor the stored spelling.
/// </summary>
internal sealed class AppProbe(AccountsOptions options, HttpMessageInvoker client) : IAccountLookup
{
    private const int MostAnswerBytes = 64 * 1024;

    // Newest releases first; the one that answered is asked first the next time.
    private static readonly string[] LoginPaths = ["/api/v1/auth/login", "/v1/user/login"];

    /// <summary>Made up for this process, in letters that no stored password is compared in: those are base64.</summary>
    private readonly string _nobodysPassword = $"-{RandomNumberGenerator.GetHexString(32, lowercase: true)}-";

    private volatile int _preferred;
    private volatile bool _wantsPassword;
    private volatile string _trouble = "";

    private enum Answer
    {
        /// <summary>Nothing of an account.</summary>
        Nothing,

        Unknown,

        Known,

        /// <summary>That it takes no login without a password.</summary>
        WantsPassword,
    }

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

        throw Unavailable("the app's login answers in a way that tells nothing of an account; check that `accounts.upstream` is a RAGFlow release", null);
    }

    private AccountsUnavailableException Unavailable(string reason, Exception? error)
    {
        _trouble = reason;
        return new AccountsUnavailableException(reason, error);
    }

    /// <summary>True, false, or null where this login says neither.</summary>
    private async Task<bool?> AskAsync(string path, EmailAddress address, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(path, address, _wantsPassword ? _nobodysPassword : null, cancellationToken);
        if (answer == Answer.WantsPassword && !_wantsPassword)
        {
            _wantsPassword = true;
            answer = await AskAsync(path, address, _nobodysPassword, cancellationToken);
        }

        return answer switch { Answer.Known => true, Answer.Unknown => false, _ => null };
    }

    private async Task<Answer> AskAsync(string path, EmailAddress address, string? password, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(options.Upstream, path)) { Content = new ByteArrayContent(Question(address, password)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await client.SendAsync(request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            return Answer.Nothing;
        }

        if (response.StatusCode >= HttpStatusCode.InternalServerError)
        {
            // A proxy's word about an app that is down; the app itself answers its errors with 200.
            throw new HttpRequestException("The login answered with a server error.");
        }

        await response.Content.LoadIntoBufferAsync(MostAnswerBytes, cancellationToken);
        return Understand(await response.Content.ReadAsByteArrayAsync(cancellationToken), password is not null);
    }

    private static byte[] Question(EmailAddress address, string? password)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("email", address.Typed);
            if (password is not null)
            {
                writer.WriteString("password", password);
            }

            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static Answer Understand(byte[] answer, bool withPassword)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("code", out var code) || code.ValueKind != JsonValueKind.Number || !code.TryGetInt32(out var number)
                || !root.TryGetProperty("message", out var message) || message.ValueKind != JsonValueKind.String)
            {
                return Answer.Nothing;
            }

            var text = message.GetString()!;
            return number switch
            {
                109 when text.TrimEnd('!').EndsWith("is not registered", StringComparison.Ordinal) => Answer.Unknown,
                109 when withPassword && text.TrimEnd('!').EndsWith("email and password do not match", StringComparison.OrdinalIgnoreCase) => Answer.Known,
                500 when text.Contains("crypt password", StringComparison.Ordinal) => Answer.Known,
                400 when text.Contains("'EmailLoginRequest.Email'", StringComparison.Ordinal) => Answer.Unknown,
                400 when text.Contains("'EmailLoginRequest.Password'", StringComparison.Ordinal) => Answer.WantsPassword,
                _ => Answer.Nothing,
            };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // A page instead of an answer, or a message that is no valid text (InvalidOperationException).
            return Answer.Nothing;
        }
    }
}
