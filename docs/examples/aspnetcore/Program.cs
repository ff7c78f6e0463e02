// An app with a login and no way to recover a password, behind the sidecar: all it adds is the route that believes an assertion.
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

var builder = WebApplication.CreateBuilder(args);
var app = builder.Build();
var lookupSecret = app.Configuration["LOOKUP_SECRET"] ?? "change-me";
using var http = new HttpClient();
using var assertions = new Assertions(http, new Uri(app.Configuration["SIDECAR_JWKS"] ?? "http://127.0.0.1:9090/.well-known/jwks.json"));

var users = new ConcurrentDictionary<string, (byte[] Salt, byte[] Hash)>(StringComparer.OrdinalIgnoreCase);
SetPassword("alice@example.com", "alice-password");

app.MapPost("/user/forget/reset", async (HttpRequest request, Reset reset) =>
{
    // First what the person can mend, so that the proof is not used up by it: a 4xx gives it back.
    if (reset.Password is not { Length: >= 8 })
    {
        return Results.Json(new { error = "at least 8 characters" }, statusCode: StatusCodes.Status422UnprocessableEntity);
    }

    // The address is the assertion's: the body's is only what somebody typed.
    if (await assertions.AddressAsync(request.Headers["Sidecar-Assertion"], "recovery") is not { } email || !users.ContainsKey(email))
    {
        return Results.Json(new { error = "not proven" }, statusCode: StatusCodes.Status403Forbidden);
    }

    SetPassword(email, reset.Password);
    return Results.Ok(new { done = true });
});

app.MapPost("/login", (Login login) =>
    users.TryGetValue(login.Email, out var user) && CryptographicOperations.FixedTimeEquals(user.Hash, Hash(login.Password, user.Salt)) ? Results.Ok(new { right = true }) : Results.Unauthorized());

// For accounts.kind: http. It tells who has an account, so only the sidecar may ask.
app.MapGet("/internal/accounts", (HttpRequest request, string email) =>
    request.Headers.Authorization != $"Bearer {lookupSecret}" ? Results.Unauthorized() : users.ContainsKey(email) ? Results.Ok() : Results.NotFound());

app.Run();

void SetPassword(string email, string password)
{
    var salt = RandomNumberGenerator.GetBytes(16);
    users[email] = (salt, Hash(password, salt));
}

static byte[] Hash(string password, byte[] salt) => Rfc2898DeriveBytes.Pbkdf2(password, salt, 210_000, HashAlgorithmName.SHA512, 32);

internal sealed record Reset(string? Password);

internal sealed record Login(string Email, string Password);

/// <summary>Checks what the sidecar says; its keys are kept, and fetched anew for one that is not known, at most every ten seconds.</summary>
internal sealed class Assertions(HttpClient http, Uri keySet) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    // With several replicas this belongs into your database, behind a unique index.
    private readonly ConcurrentDictionary<string, DateTime> _used = new();
    private readonly SemaphoreSlim _fetching = new(1);
    private IList<SecurityKey> _keys = [];
    private long _fetched = -1;

    /// <summary>Whose address is proven for the purpose; null when none is.</summary>
    public async Task<string?> AddressAsync(string? assertion, string purpose)
    {
        var result = await ValidateAsync(assertion);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException && await FetchKeysAsync())
        {
            result = await ValidateAsync(assertion);
        }

        return result is { IsValid: true, SecurityToken: JsonWebToken { Id.Length: > 0 } token }
            && token.TryGetPayloadValue<string>("purpose", out var told) && told == purpose
            && TakeOnce(token) ? token.Subject : null;
    }

    public void Dispose() => _fetching.Dispose();

    private bool TakeOnce(JsonWebToken token)
    {
        foreach (var old in _used.Where(entry => entry.Value < token.IssuedAt - TimeSpan.FromMinutes(5)))
        {
            _used.TryRemove(old);
        }

        return _used.TryAdd(token.Id, token.ValidTo);
    }

    private Task<TokenValidationResult> ValidateAsync(string? assertion) => new JsonWebTokenHandler().ValidateTokenAsync(assertion, new TokenValidationParameters
    {
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        ValidIssuer = "sidecar",
        ValidAudience = "app",
        IssuerSigningKeys = _keys,
        TryAllIssuerSigningKeys = false,
        ClockSkew = TimeSpan.FromSeconds(5),
    });

    private async Task<bool> FetchKeysAsync()
    {
        await _fetching.WaitAsync();
        try
        {
            if (_fetched < 0 || TimeProvider.System.GetElapsedTime(_fetched) > Pause)
            {
                _keys = new JsonWebKeySet(await http.GetStringAsync(keySet)).GetSigningKeys();
                _fetched = TimeProvider.System.GetTimestamp();
            }

            return true;
        }
        finally
        {
            _fetching.Release();
        }
    }
}
