using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>
/// A token endpoint that is as strict as the provider it stands in for and refuses in its words: it takes exactly the fields
/// that the grant has, one at a time, and Microsoft's exchanges the refresh token at every use. <c>/introspect</c> tells a
/// mail server whether a token is still good.
/// </summary>
internal sealed class TokenProvider : IAsyncDisposable
{
    public const string ClientId = "client-7";
    public const string ClientSecret = "secret-of-client-7";
    public const string FirstRefreshToken = "1//refresh-0";
    public const string Mailbox = "codes@sidecar.test";

    /// <summary>Of all providers, so that one relay can look the tokens of each up with any.</summary>
    private static readonly ConcurrentDictionary<string, bool> Good = new(StringComparer.Ordinal);

    private readonly WebApplication _app;
    private readonly OAuth2Provider _provider;
    private readonly ConcurrentBag<string> _given = [];
    private int _count;

    private TokenProvider(WebApplication app, OAuth2Provider provider) => (_app, _provider) = (app, provider);

    /// <summary>What <c>expires_in</c> says.</summary>
    public int Lifetime { get; set; } = 3600;

    /// <summary>The refresh token that is good now.</summary>
    public string RefreshToken { get; set; } = FirstRefreshToken;

    /// <summary>Answers everything with this until it is null again.</summary>
    public (int Status, string Body)? Broken { get; set; }

    /// <summary>Gives tokens that no relay takes.</summary>
    public bool IsUnknownToRelays { get; set; }

    /// <summary>Requests wait for it.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Every request to the token endpoint, as its fields.</summary>
    public ConcurrentQueue<Dictionary<string, string>> Requests { get; } = [];

    public Uri TokenUrl => new(new Uri(_app.Urls.First()), "/token");

    public int Port => TokenUrl.Port;

    public static async Task<TokenProvider> StartAsync(OAuth2Provider provider = OAuth2Provider.Google)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var stand = new TokenProvider(app, provider);
        app.Run(stand.AnswerAsync);
        await app.StartAsync();
        return stand;
    }

    /// <summary>As settings for <paramref name="grant"/> would be read.</summary>
    public OAuth2Options Options(OAuth2Grant grant = OAuth2Grant.RefreshToken, string? refreshTokenFile = null) => new()
    {
        Provider = _provider,
        TokenUrl = TokenUrl,
        Grant = grant,
        ClientId = ClientId,
        ClientSecret = ClientSecret,
        RefreshToken = grant == OAuth2Grant.RefreshToken ? FirstRefreshToken : "",
        Scope = ScopeOf(grant),
        RefreshTokenFile = refreshTokenFile,
    };

    /// <summary>Takes every token back that was given so far.</summary>
    public void RevokeTokens()
    {
        while (_given.TryTake(out var token))
        {
            Good.TryRemove(token, out _);
        }
    }

    public static bool IsGood(string token) => Good.ContainsKey(token);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private string ScopeOf(OAuth2Grant grant) => _provider == OAuth2Provider.Google ? "https://mail.google.com/"
        : grant == OAuth2Grant.ClientCredentials ? "https://outlook.office365.com/.default"
        : "https://outlook.office.com/SMTP.Send offline_access";

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/introspect")
        {
            var asked = (await context.Request.ReadFormAsync())["token"].ToString();
            await WriteAsync(context, 200, IsGood(asked) ? $$"""{"active":true,"username":"{{Mailbox}}"}""" : """{"active":false}""");
            return;
        }

        if (context.Request.Method != "POST" || context.Request.Path != "/token" || context.Request.QueryString.HasValue
            || context.Request.ContentType != "application/x-www-form-urlencoded")
        {
            await WriteAsync(context, 400, Error("invalid_request", 900144, "The request body must contain a form."));
            return;
        }

        var form = await context.Request.ReadFormAsync();
        Requests.Enqueue(form.ToDictionary(static field => field.Key, static field => field.Value.ToString()));
        await Gate;
        if (Broken is { } broken)
        {
            await WriteAsync(context, broken.Status, broken.Body);
            return;
        }

        var (status, body) = Answer(form);
        await WriteAsync(context, status, body);
    }

    private (int Status, string Body) Answer(IFormCollection form)
    {
        if (form.Any(static field => field.Value.Count != 1))
        {
            return (400, Error("invalid_request", 900144, "A parameter is repeated."));
        }

        if (form["client_id"] != ClientId || form["client_secret"] != ClientSecret)
        {
            return (401, Error("invalid_client", 7000215, "Invalid client secret provided."));
        }

        var (grant, expected) = form["grant_type"].ToString() switch
        {
            "refresh_token" => (OAuth2Grant.RefreshToken, 5),
            "client_credentials" when _provider == OAuth2Provider.Microsoft => (OAuth2Grant.ClientCredentials, 4),
            _ => (OAuth2Grant.RefreshToken, 0),
        };
        if (form.Count != expected)
        {
            return (400, expected == 0 ? Error("unsupported_grant_type", 70003, "Unsupported.") : Error("invalid_request", 900144, "A field is missing or too many."));
        }

        if (form["scope"] != ScopeOf(grant))
        {
            return (400, Error("invalid_scope", 70011, "The scope is not valid."));
        }

        if (grant == OAuth2Grant.RefreshToken && form["refresh_token"] != RefreshToken)
        {
            return (400, Error("invalid_grant", 700082, $"The refresh token {form["refresh_token"]} of {Mailbox} was revoked."));
        }

        var number = Interlocked.Increment(ref _count).ToString(CultureInfo.InvariantCulture);
        var token = $"ya29.{Guid.NewGuid():N}";
        if (!IsUnknownToRelays)
        {
            Good[token] = true;
            _given.Add(token);
        }

        if (_provider != OAuth2Provider.Microsoft)
        {
            return (200, $$"""{"access_token":"{{token}}","expires_in":{{Lifetime}},"scope":"https://mail.google.com/","token_type":"Bearer"}""");
        }

        if (grant == OAuth2Grant.ClientCredentials)
        {
            return (200, $$"""{"token_type":"Bearer","expires_in":{{Lifetime}},"ext_expires_in":{{Lifetime}},"access_token":"{{token}}"}""");
        }

        RefreshToken = "1//refresh-" + number;
        return (200, $$"""{"token_type":"Bearer","scope":"https://outlook.office.com/SMTP.Send","expires_in":{{Lifetime}},"ext_expires_in":{{Lifetime}},"access_token":"{{token}}","refresh_token":"{{RefreshToken}}"}""");
    }

    private string Error(string word, int number, string sentence) => _provider == OAuth2Provider.Microsoft
        ? $$"""{"error":"{{word}}","error_description":"AADSTS{{number}}: {{sentence}} Trace ID: 0000aaaa","error_codes":[{{number}}],"timestamp":"2026-01-09 02:02:12Z","trace_id":"0000aaaa","correlation_id":"aaaa0000"}"""
        : $$"""{"error":"{{word}}","error_description":"{{sentence}}"}""";

    private static Task WriteAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(body);
    }
}
