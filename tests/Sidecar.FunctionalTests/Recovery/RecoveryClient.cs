using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Replay;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>Somebody who recovers a password or verifies an address: keeps cookies as a browser does, or carries a ticket in the header as a program does.</summary>
internal sealed class RecoveryClient(RecoveryWorld world, Uri server)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CookieJar jar = new(TimeProvider.System);

    /// <summary>Whose paths are used: <c>v1</c> or <c>rest</c> for recovery, <c>v1-verify</c> or <c>rest-verify</c> for verification.</summary>
    public string Contract { get; init; } = "v1";

    /// <summary>Bodies as forms rather than JSON.</summary>
    public bool SendsForms { get; init; }

    /// <summary>Sent with every request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; set; } = [];

    /// <summary>Sent in the header when set; otherwise the cookies speak.</summary>
    public string? Ticket { get; set; }

    /// <summary>The last ticket this client was given.</summary>
    public string? Given { get; private set; }

    /// <summary>As if it came through the trusted proxy from this address.</summary>
    public RecoveryClient From(string address)
    {
        Headers = [new("X-Forwarded-For", address)];
        return this;
    }

    public Task<Reply> CaptchaAsync(string email) =>
        SendAsync(Contract.StartsWith("v1", StringComparison.Ordinal) ? "GET" : "POST", Path("captcha") + "?email=" + Uri.EscapeDataString(email));

    public Task<Reply> CodeAsync(string email, string captcha = RecoveryWorld.Captcha) =>
        PostAsync(Path("code"), ("email", email), ("captcha", captcha));

    public Task<Reply> VerifyAsync(string email, string code) => PostAsync(Path("verify"), ("email", email), ("otp", code));

    public Task<Reply> ResetAsync(string email, string password = "fresh-password", string? confirm = null) => PostAsync(
        Path("reset"), ("email", email), ("new_password", world.Encrypt(password)), ("confirm_new_password", world.Encrypt(confirm ?? password)));

    /// <summary>The app's sign-up, which only verification's contracts name.</summary>
    public Task<Reply> RegisterAsync(string email, string nickname = "Newcomer") =>
        PostAsync(Path("register"), ("nickname", nickname), ("email", email), ("password", world.Encrypt("fresh-password")));

    public async Task<bool> LogsInAsync(string email, string password) =>
        (await PostAsync(Contract == "v1" ? "/v1/user/login" : "/api/v1/auth/login", ("email", email), ("password", world.Encrypt(password)))).Code == 0;

    /// <summary>Picture and answer; the code that was mailed.</summary>
    public async Task<string> StartAsync(string email)
    {
        var before = await world.CountMailsAsync(email);
        Assert.Equal("picture", (await CaptchaAsync(email)).Words);
        Assert.Equal("0 verification passed, email sent", (await CodeAsync(email)).Words);
        return await world.MailedCodeAsync(email, before + 1);
    }

    /// <summary>All the way to a verified ticket.</summary>
    public async Task ProveAsync(string email) => Assert.Equal(Contract.EndsWith("-verify", StringComparison.Ordinal) ? "0 email verified" : "0 otp verified", (await VerifyAsync(email, await StartAsync(email))).Words);

    public string Path(string step) => (Contract, step) switch
    {
        ("v1", "captcha") => "/v1/user/forget/captcha",
        ("rest", "captcha") => "/api/v1/auth/password/forgot/captcha",
        ("v1-verify", "captcha") => "/v1/user/verify/captcha",
        ("v1-verify", "code") => "/v1/user/verify/otp",
        ("v1-verify", "verify") => "/v1/user/verify/confirm",
        ("v1-verify", _) => "/v1/user/register",
        ("rest-verify", "captcha") => "/api/v1/auth/register/captcha",
        ("rest-verify", "code") => "/api/v1/auth/register/otp",
        ("rest-verify", "verify") => "/api/v1/auth/register/otp/verify",
        ("rest-verify", _) => "/api/v1/users",
        ("v1", "code") => "/v1/user/forget/otp",
        ("v1", "verify") => "/v1/user/forget/verify-otp",
        ("v1", _) => "/v1/user/forget/reset-password",
        (_, "code") => "/api/v1/auth/password/forgot/otp",
        (_, "verify") => "/api/v1/auth/password/forgot/otp/verify",
        _ => "/api/v1/auth/password/reset",
    };

    public Task<Reply> PostAsync(string target, params (string Name, string Value)[] fields) => SendsForms
        ? SendAsync("POST", target, "application/x-www-form-urlencoded", string.Join('&', fields.Select(f => $"{f.Name}={Uri.EscapeDataString(f.Value)}")))
        : SendAsync("POST", target, "application/json", new JsonObject(fields.Select(f => KeyValuePair.Create(f.Name, (JsonNode?)f.Value))).ToJsonString());

    public Task<Reply> SendAsync(string method, string target, string? contentType = null, string body = "") =>
        SendAsync(method, target, contentType, Encoding.UTF8.GetBytes(body));

    public async Task<Reply> SendAsync(string method, string target, string? contentType, byte[] body)
    {
        using var bound = new CancellationTokenSource(Patience);
        var started = Stopwatch.GetTimestamp();
        var raw = await RawHttp.SendAsync(Request(method, target, contentType, body), bound.Token);
        var reply = new Reply(raw, Stopwatch.GetElapsedTime(started));
        jar.Store(raw.Values("Set-Cookie"));
        Given = reply.Ticket ?? Given;
        return reply;
    }

    /// <summary>The request as this client would send it now.</summary>
    public RawRequest Request(string method, string target, string? contentType, byte[] body)
    {
        List<KeyValuePair<string, string>> headers = [.. Headers];
        if (contentType is not null)
        {
            headers.Add(new("Content-Type", contentType));
        }

        if (jar.Header is { } cookies)
        {
            headers.Add(new("Cookie", cookies));
        }

        if (Ticket is not null)
        {
            headers.Add(new("Sidecar-Ticket", Ticket));
        }

        return new(server, method, target) { Headers = headers, Body = body };
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Contract} client of {server}");
}
