using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sidecar.Demo;
using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Hosting;
using StackExchange.Redis;

namespace Sidecar.FunctionalTests.Contracts;

/// <summary>
/// The reset of one RAGFlow release, reading and writing its Redis in the order of its source: v0.22.1 compares a code, the Go
/// backend of v0.27.0 looks for a folded flag. There is nothing else in it.
/// </summary>
internal sealed class ReleaseApp(string release) : IAsyncDisposable
{
    public const string Single = "v0.22.1";
    public const string Go = "v0.27.0 (Go)";

    private readonly PasswordCipher cipher = new();
    private ConnectionMultiplexer? connection;
    private LoopbackSite? site;

    /// <summary>What it would hash, by address as the body has it.</summary>
    public ConcurrentDictionary<string, string> Passwords { get; } = new();

    /// <summary>The bodies it got.</summary>
    public ConcurrentQueue<string> Bodies { get; } = new();

    public IDatabase Redis => connection!.GetDatabase(1);

    public async Task<Uri> StartAsync(RedisServer redis)
    {
        connection = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint + ",abortConnect=false,syncTimeout=20000,asyncTimeout=20000");
        site = await LoopbackSite.StartAsync(0, AnswerAsync);
        return site.Address;
    }

    public async ValueTask DisposeAsync()
    {
        await (site?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync();
        if ($"{context.Request.Method} {context.Request.Path}" != (release == Single ? "POST /v1/user/forget" : "POST /api/v1/auth/password/reset"))
        {
            context.Response.StatusCode = 404;
            await context.Response.WriteAsJsonAsync(new { code = 404, data = (object?)null, error = "Not Found", message = $"Not Found: {context.Request.Path}" });
            return;
        }

        if (text == "[]")
        {
            // The sidecar's question what speaks here.
            await context.Response.WriteAsJsonAsync(new { code = 101, data = false, message = "json: cannot unmarshal array into Go value" });
            return;
        }

        Bodies.Enqueue(text);
        var body = JsonNode.Parse(text)!;
        var (code, message) = release == Single ? await CompareAsync(body) : await LookAsync(body);
        if (code == 0)
        {
            // It logs the user in.
            context.Response.Headers.Authorization = "token-of-the-app";
            context.Response.Headers.SetCookie = "session=of-the-app; HttpOnly; Path=/";
        }

        await context.Response.WriteAsJsonAsync(new { code, data = (object?)null, message });
    }

    private async Task<(int Code, string Message)> CompareAsync(JsonNode body)
    {
        var (email, otp) = (Text(body, "email"), Text(body, "otp").Trim());
        var (password, repeat) = (Text(body, "new_password"), Text(body, "confirm_new_password"));
        if (email.Length == 0 || otp.Length == 0 || password.Length == 0 || repeat.Length == 0)
        {
            return (101, "email, otp and passwords are required");
        }

        if (password != repeat)
        {
            return (101, "passwords do not match");
        }

        var name = email.Trim().ToLowerInvariant();
        if ((await Redis.StringGetAsync($"otp_lock:{name}")).HasValue)
        {
            return (10, "too many attempts, try later");
        }

        if ((string?)await Redis.StringGetAsync($"otp:{name}") is not { } stored)
        {
            return (10, "expired otp");
        }

        var parts = stored.Split(':', 2);
        if (Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromHexString(parts[1]), Encoding.UTF8.GetBytes(otp.ToUpperInvariant()))) != parts[0])
        {
            var attempts = (int)await Redis.StringGetAsync($"otp_attempts:{name}") + 1;
            await Redis.StringSetAsync($"otp_attempts:{name}", attempts, TimeSpan.FromMinutes(5));
            return (109, "expired otp");
        }

        await Redis.KeyDeleteAsync([$"otp:{name}", $"otp_attempts:{name}", $"otp_last_sent:{name}", $"otp_lock:{name}"]);
        Passwords[email] = password;
        return (0, "Password reset successful. Logged in.");
    }

    private async Task<(int Code, string Message)> LookAsync(JsonNode body)
    {
        var email = Text(body, "email");
        var flag = string.Create(CultureInfo.InvariantCulture, $"otp:verified:{email.Trim().ToLowerInvariant()}");
        if (await Redis.StringGetAsync(flag) != "1")
        {
            return (109, "email not verified");
        }

        var (password, repeat) = (Decrypted(body, "new_password"), Decrypted(body, "confirm_new_password"));
        if (password != repeat)
        {
            return (101, "passwords do not match");
        }

        Passwords[email] = password;
        await Redis.KeyDeleteAsync(flag);
        return (0, "Password reset successful. Logged in.");
    }

    private string Decrypted(JsonNode body, string name) => cipher.Decrypt(Field.Of(Text(body, name)));

    private static string Text(JsonNode body, string name) => (string?)body[name] ?? "";
}
