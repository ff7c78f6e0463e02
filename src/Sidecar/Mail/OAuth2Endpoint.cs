using System.Net.Http.Headers;
using System.Text.Json;

namespace Sidecar.Mail;

/// <summary>
/// Asks a provider for a token, once. A client for each request: one an hour is no load, and none holds on to an address that
/// has moved. What <c>mail.ca</c> and <c>mail.min_tls</c> say of relays goes for the endpoint too, which may be one's own.
/// </summary>
internal sealed class OAuth2Endpoint(OAuth2Options options, MailOptions mail, TimeProvider time)
{
    private const int MostBytes = 64 * 1024;

    /// <summary>What RFC 6749 lets an endpoint assume; both providers always say.</summary>
    private static readonly TimeSpan UnsaidLifetime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(1);

    /// <summary>Never throws.</summary>
    public async Task<OAuth2Answer> AskAsync(string refreshToken)
    {
        var certificates = new RelayCertificates(mail.ExtraAuthorities);
        try
        {
            using var timer = new CancellationTokenSource(mail.ConnectTimeout + mail.CommandTimeout, time);
            using var client = new HttpClient(Handler(certificates)) { MaxResponseContentBufferSize = MostBytes, Timeout = Timeout.InfiniteTimeSpan };
            using var request = new HttpRequestMessage(HttpMethod.Post, options.TokenUrl) { Content = new FormUrlEncodedContent(Fields(refreshToken)) };
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
            using var response = await client.SendAsync(request, timer.Token);
            var body = await response.Content.ReadAsByteArrayAsync(timer.Token);
            return response.IsSuccessStatusCode ? Token(body) : OAuth2Errors.Explain((int)response.StatusCode, body);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
        {
            return new OAuth2Answer.Refusal(certificates.Refusal is null ? RelayTrouble.TokenEndpointAway : RelayTrouble.TokenEndpointUntrusted, "");
        }
    }

    private SocketsHttpHandler Handler(RelayCertificates certificates) => new()
    {
        // Whoever redirects would be given the secrets.
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = mail.ConnectTimeout,
        SslOptions = new()
        {
            EnabledSslProtocols = mail.TlsProtocols,
            RemoteCertificateValidationCallback = certificates.Validate,
        },
    };

    private IEnumerable<KeyValuePair<string, string>> Fields(string refreshToken)
    {
        yield return new("grant_type", options.Grant == OAuth2Grant.ClientCredentials ? "client_credentials" : "refresh_token");
        yield return new("client_id", options.ClientId);
        if (options.ClientSecret.Length > 0)
        {
            yield return new("client_secret", options.ClientSecret);
        }

        if (options.Grant == OAuth2Grant.RefreshToken)
        {
            yield return new("refresh_token", refreshToken);
        }

        if (options.Scope.Length > 0)
        {
            yield return new("scope", options.Scope);
        }
    }

    private static OAuth2Answer Token(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            // A control character would end the login's message early and begin something else.
            if (root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("access_token", out var access) && access.ValueKind == JsonValueKind.String
                && access.GetString() is { Length: > 0 } token && !token.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                var refresh = root.TryGetProperty("refresh_token", out var next) && next.ValueKind == JsonValueKind.String ? next.GetString() : null;
                return new OAuth2Answer.Token(token, Lifetime(root), string.IsNullOrEmpty(refresh) ? null : refresh);
            }
        }
        catch (JsonException)
        {
            // A portal's page, for instance.
        }

        return new OAuth2Answer.Refusal(RelayTrouble.TokenEndpointGarbled, "");
    }

    private static TimeSpan Lifetime(JsonElement root)
    {
        // Some endpoints write the number as a text.
        var seconds = root.TryGetProperty("expires_in", out var value)
            && (value.ValueKind == JsonValueKind.Number ? value.TryGetInt64(out var number) : long.TryParse(value.ToString(), out number)) ? number : 0;
        return seconds <= 0 ? UnsaidLifetime : seconds < LongestLifetime.TotalSeconds ? TimeSpan.FromSeconds(seconds) : LongestLifetime;
    }
}
