using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Sidecar.Demo;
using Sidecar.Demo.Mail;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Otp;

namespace Sidecar.FunctionalTests.Generic;

/// <summary>The real binary with the generic contract, in memory or on a real Redis, in front of an app that does as it is told.</summary>
internal sealed partial class GenericWorld : IAsyncDisposable
{
    public const string Captcha = "FIXED";
    public const string Alice = "alice@example.com";

    private readonly Inbox inbox = new(TimeProvider.System);
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private SmtpSink? relay;
    private LoopbackSite? app;
    private SidecarProcess? sidecar;

    private GenericWorld()
    {
    }

    public RedisServer? Redis { get; private set; }

    public SidecarProcess Sidecar => sidecar!;

    public Uri AppAddress => app!.Address;

    /// <summary>What reached the app besides questions for accounts: method and target, headers, body.</summary>
    public ConcurrentQueue<(string Line, IReadOnlyDictionary<string, string> Headers, string Body)> Reached { get; } = [];

    /// <summary>Every question for an account.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>The app's answer to whatever it is sent.</summary>
    public Func<HttpContext, string, Task> Answer { get; set; } = static (context, _) => context.Response.WriteAsync("done");

    /// <summary>All answers of the sidecar's own, for whoever compares them with what is documented.</summary>
    public ConcurrentQueue<(string Path, RawResponse Answer)> Answers { get; } = [];

    public static async Task<GenericWorld> StartAsync(bool redis = false, params string[] settings)
    {
        var world = new GenericWorld();
        try
        {
            world.Redis = redis ? await RedisServer.StartNewAsync() : null;
            world.relay = SmtpSink.Start(0, world.inbox);
            world.app = await LoopbackSite.StartAsync(0, world.HandleAsync);
            world.sidecar = await SidecarProcess.StartAsync(world.Launch(settings));
            await Eventually.TrueAsync(async () => (await world.PostAsync("/user/forget/captcha", new { email = Alice })).Status == 200, "recovery did not come up:\n" + world.sidecar.StandardOutput);
            world.Answers.Clear();
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    public Task<RawResponse> PostAsync(string path, object body, string? ticket = null, params KeyValuePair<string, string>[] headers) =>
        SendAsync("POST", path, JsonSerializer.Serialize(body), "application/json", [.. ticket is null ? [] : new[] { KeyValuePair.Create("Sidecar-Ticket", ticket) }, .. headers]);

    public async Task<RawResponse> SendAsync(string method, string path, string body, string? contentType, params KeyValuePair<string, string>[] headers)
    {
        var answer = await RawHttp.SendAsync(
            new(Sidecar.BaseUrl, method, path) { Headers = [.. contentType is null ? [] : new[] { KeyValuePair.Create("Content-Type", contentType) }, .. headers], Body = Encoding.UTF8.GetBytes(body) },
            TestContext.Current.CancellationToken);
        Answers.Enqueue((path, answer));
        return answer;
    }

    /// <summary>All the way to a verified ticket.</summary>
    public async Task<string> ProveAsync(string email = Alice, string flow = "forget")
    {
        var before = Mails(email).Count;
        var shown = await PostAsync($"/user/{flow}/captcha", new { email });
        Assert.StartsWith("data:image/", (string?)JsonNode.Parse(shown.Body)!["image"], StringComparison.Ordinal);
        var sent = await PostAsync($"/user/{flow}/otp", new { email, captcha = Captcha }, shown.Value("Sidecar-Ticket"));
        Assert.Equal((200, "code_sent"), (sent.Status, (string?)JsonNode.Parse(sent.Body)!["status"]));
        await Eventually.TrueAsync(() => Mails(email).Count > before, "no mail came:\n" + Sidecar.StandardOutput);
        var otp = CodeIn(Mails(email)[before]);
        var verified = await PostAsync(flow == "forget" ? "/user/forget/verify" : "/user/verify/confirm", new { email, otp }, sent.Value("Sidecar-Ticket"));
        Assert.Equal((200, "verified"), (verified.Status, (string?)JsonNode.Parse(verified.Body)!["status"]));
        return verified.Value("Sidecar-Ticket")!;
    }

    public Task<RawResponse> ResetAsync(string ticket, string email = Alice, string password = "fresh-password") => PostAsync("/user/forget/reset", new { email, password }, ticket);

    public Task<RawResponse> ManagementAsync(string path, string method = "GET") => RawHttp.SendAsync(new(Sidecar.ManagementUrl, method, path), TestContext.Current.CancellationToken);

    /// <summary>The mails with codes, oldest first; not the notice of a reset.</summary>
    public IReadOnlyList<InboxMessage> Mails(string email) => [.. inbox.Messages.Where(mail => mail.To.Contains(email) && Code().IsMatch(mail.Text ?? "")).Reverse()];

    public static string CodeIn(InboxMessage mail) => Code().Match(mail.Text!).Value;

    /// <summary>What an assertion says, its signature checked against the key that the world knows.</summary>
    public JsonNode Claims(string assertion)
    {
        var parts = assertion.Split('.');
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), System.Buffers.Text.Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256));
        return JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(parts[1]))!;
    }

    /// <summary>An assertion as only the sidecar could make it, with claims of one's own.</summary>
    public string Forge(object claims, string algorithm = "ES256", string id = "first")
    {
        var signed = $"{Encode(new { alg = algorithm, typ = "JWT", kid = id })}.{Encode(claims)}";
        return $"{signed}.{System.Buffers.Text.Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
        static string Encode(object value) => System.Buffers.Text.Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(value));
    }

    public async ValueTask DisposeAsync()
    {
        await (sidecar?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (relay?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (Redis?.DisposeAsync() ?? ValueTask.CompletedTask);
        key.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Path == "/internal/accounts")
        {
            Asked.Enqueue($"{context.Request.Headers.Authorization} {context.Request.QueryString}");
            context.Response.StatusCode = context.Request.Query["email"].ToString().StartsWith("nobody", StringComparison.OrdinalIgnoreCase) ? 404 : 200;
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        Reached.Enqueue(($"{context.Request.Method} {context.Request.Path}", context.Request.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body));
        await Answer(context, body);
    }

    private SidecarLaunch Launch(string[] settings) => new()
    {
        Upstream = app!.Address,
        Development = true,
        StartTimeout = TimeSpan.FromSeconds(90),
        Settings =
        [
            "contracts.0=generic", "recovery.mail_spread=0s", "mail.block_reserved_domains=false", "limits.client.mode=off", "limits.captcha.mode=off", $"captcha.fixed_answer={Captcha}",
            "accounts.kind=http", $"accounts.http.url={app.Address}internal/accounts?email={{email}}", "accounts.http.headers.Authorization=Bearer hush", .. settings,
        ],
        Files = new Dictionary<string, string>
        {
            ["first.pem"] = key.ExportECPrivateKeyPem(),
            ["sidecar.yaml"] = string.Create(CultureInfo.InvariantCulture, $"""
                keys:
                  - id: test
                    secret: "{KeyRing.NewSecret()}"
                pepper: "{KeyRing.NewSecret()}"
                assertion:
                  keys:
                    - id: first
                      file: first.pem
                smtp:
                  mail_server: "127.0.0.1"
                  mail_port: {relay!.Port}
                  mail_use_ssl: false
                  mail_use_tls: false
                  mail_default_sender: ["App", "noreply@app.test"]
                {(Redis is null ? "" : $"redis:\n  host: \"{Redis.Endpoint}\"\n  db: 1")}
                """),
        },
    };

    [GeneratedRegex(@"\b[A-Z]{8}\b")]
    private static partial Regex Code();
}
