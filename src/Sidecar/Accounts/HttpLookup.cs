using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sidecar.Hosting;

namespace Sidecar.Accounts;

/// <summary>Asks any app for an account with a request that its operator wrote down. What is neither a clear yes nor a clear no is no answer.</summary>
internal sealed class HttpLookup(AccountsOptions options, HttpMessageInvoker client) : IAccountLookup
{
    private const int MostAnswerBytes = 64 * 1024;

    private readonly HttpLookupOptions _http = options.Http;
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
            var exists = await AskAsync(address, timeout.Token);
            _trouble = "";
            return exists;
        }
        catch (AccountsUnavailableException error)
        {
            _trouble = error.Message;
            throw;
        }
        catch (Exception error) when (error is HttpRequestException or IOException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            _trouble = error is OperationCanceledException ? $"accounts.http.url did not answer within {options.Timeout.TotalSeconds} s" : "accounts.http.url cannot be reached";
            // What the error quotes may be the request.
            throw new AccountsUnavailableException(_trouble);
        }
    }

    /// <summary>The request, with the address in it.</summary>
    internal HttpRequestMessage Request(EmailAddress address)
    {
        var url = _http.Url.Replace(HttpLookupOptions.Placeholder, Uri.EscapeDataString(address.Typed), StringComparison.Ordinal);
        var request = new HttpRequestMessage(new HttpMethod(_http.Method), new Uri(url, UriKind.Absolute));
        request.Options.Set(SidecarTelemetry.NamesSomebody, true);
        foreach (var (name, value) in _http.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (_http.Body.Length > 0)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(_http.Body.Replace(HttpLookupOptions.Placeholder, Escape(address.Typed), StringComparison.Ordinal)));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", _http.ContentType);
        }

        return request;
    }

    private async ValueTask<bool> AskAsync(EmailAddress address, CancellationToken cancellationToken)
    {
        using var request = Request(address);
        using var response = await client.SendAsync(request, cancellationToken);
        var status = (int)response.StatusCode;
        if (_http.MissingStatus.Contains(status))
        {
            return false;
        }

        if (!_http.ExistsStatus.Contains(status))
        {
            throw new AccountsUnavailableException($"accounts.http.url answers {status}, which neither exists.status nor missing.status lists");
        }

        if (_http.Pointer is not { } pointer)
        {
            return true;
        }

        await response.Content.LoadIntoBufferAsync(MostAnswerBytes, cancellationToken);
        try
        {
            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            return JsonPointer.Find(answer.RootElement, pointer) is { } found && (_http.Expected is { } expected ? JsonPointer.TextOf(found) == expected : JsonPointer.SaysYes(found));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new AccountsUnavailableException("accounts.http.url answers no JSON, and exists.json_pointer looks into it");
        }
    }

    private string Escape(string address) =>
        MediaTypeHeaderValue.TryParse(_http.ContentType, out var type) && type.MediaType is { } media
            ? media.EndsWith("json", StringComparison.OrdinalIgnoreCase) ? JsonEncodedText.Encode(address).ToString()
                : media.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) ? Uri.EscapeDataString(address)
                : address
            : address;
}
