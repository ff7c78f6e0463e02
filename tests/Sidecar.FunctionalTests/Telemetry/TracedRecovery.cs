using System.Text;
using System.Text.Json;
using Sidecar.Demo.App;
using Sidecar.Demo.Mail;
using Sidecar.FunctionalTests.Hosting;
using StackExchange.Redis;

namespace Sidecar.FunctionalTests.Telemetry;

/// <summary>All that a recovery needs, with a collector that hears of it.</summary>
internal sealed class TracedRecovery : IAsyncDisposable
{
    public const string Address = "alice@example.com";
    public const string Captcha = "QZXKV";
    public const string Password = "correct horse battery 17";

    private readonly RedisServer redis;
    private readonly ConnectionMultiplexer appRedis;
    private readonly SmtpSink relay;
    private readonly Inbox inbox;
    private readonly Replay.PasswordCipher cipher;

    private TracedRecovery(RedisServer redis, ConnectionMultiplexer appRedis, DemoApp app, Inbox inbox, OtlpCollector collector, SmtpSink relay, SidecarProcess sidecar)
    {
        (this.redis, this.appRedis, this.inbox, this.relay, App, Collector, Sidecar) = (redis, appRedis, inbox, relay, app, collector, sidecar);
        cipher = new(app.Cipher.PublicKeyPem);
    }

    public DemoApp App { get; }

    public OtlpCollector Collector { get; }

    public SidecarProcess Sidecar { get; }

    /// <summary>What must appear nowhere: filled as the run learns it.</summary>
    public List<string> Secrets { get; } = [Address, Uri.EscapeDataString(Address), Captcha, Password];

    public static async Task<TracedRecovery> StartAsync(bool isGrpc, params IReadOnlyList<string> settings)
    {
        var redis = await RedisServer.StartNewAsync();
        var appRedis = await ConnectionMultiplexer.ConnectAsync(redis.Endpoint + ",abortConnect=false");
        var app = await DemoApp.StartAsync(new(new RedisFlags(appRedis.GetDatabase(1))));
        var inbox = new Inbox(TimeProvider.System);
        var relay = SmtpSink.Start(0, inbox);
        var collector = await OtlpCollector.StartAsync(isGrpc);
        var sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = app.Address,
            Settings =
            [
                "smtp.mail_server=127.0.0.1", $"smtp.mail_port={relay.Port}", "smtp.mail_use_ssl=false", "smtp.mail_from_address=a@example.com",
                "mail.block_reserved_domains=false", $"captcha.fixed_answer={Captcha}", $"redis.host={redis.Endpoint}", "redis.db=1",
                $"telemetry.otlp_endpoint={collector.Endpoint}", $"telemetry.otlp_protocol={(isGrpc ? "grpc" : "http/protobuf")}",
                .. settings,
            ],
            Environment = new Dictionary<string, string>
            {
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "500", ["OTEL_BSP_SCHEDULE_DELAY"] = "200", ["OTEL_RESOURCE_ATTRIBUTES"] = "deployment.environment=here",
            },
        });
        return new(redis, appRedis, app, inbox, collector, relay, sidecar);
    }

    /// <summary>Forgets a password, stumbles once at each step, and ends with a new one.</summary>
    public async Task RecoverAsync()
    {
        var encrypted = cipher.Encrypt(Password);
        Secrets.Add(encrypted);
        await SendAsync("GET", $"/v1/user/forget/captcha%3Femail={Address}", null);
        var ticket = (await SendAsync("GET", $"/v1/user/forget/captcha?email={Uri.EscapeDataString(Address)}", null)).Ticket;
        await StepAsync("otp", $$"""{"email":"{{Address}}","captcha":"{{Captcha}}","broken""", ticket);
        ticket = await StepAsync("otp", $$"""{"email":"{{Address}}","captcha":"{{Captcha}}"}""", ticket, "\"code\":0,");
        await Eventually.TrueAsync(() => inbox.Messages.Count == 1, "the mail");
        var code = Replay.InboxMailbox.Read(System.Text.Json.Nodes.JsonNode.Parse(JsonSerializer.Serialize(inbox.Messages.Select(static mail => new { to = mail.To, text = mail.Text })))!.AsArray())[0].Code!;
        Secrets.Add(code);
        await StepAsync("verify-otp", $$"""{"email":"{{Address}}","otp":"{{code[..7]}}"}""", ticket, "expired otp");
        ticket = await StepAsync("verify-otp", $$"""{"email":"{{Address}}","otp":"{{code}}"}""", ticket, "\"code\":0,");
        var reset = $$"""{"email":"{{Address}}","new_password":"{{encrypted}}","confirm_new_password":"{{encrypted}}"}""";
        await StepAsync("reset-password", reset, "a ticket of somebody's", "email not verified");
        await StepAsync("reset-password", reset, ticket, "\"code\":0,");
        await SendAsync("GET", $"/demo/echo/q?email={Address}", null);
    }

    public async ValueTask DisposeAsync()
    {
        await Sidecar.DisposeAsync();
        await Collector.DisposeAsync();
        await relay.DisposeAsync();
        await App.DisposeAsync();
        await appRedis.DisposeAsync();
        await redis.DisposeAsync();
        cipher.Dispose();
    }

    private async Task<string> StepAsync(string step, string body, string ticket, string says = "")
    {
        var (answer, next) = await SendAsync("POST", $"/v1/user/forget/{step}", body, new("Content-Type", "application/json"), new("Sidecar-Ticket", ticket));
        Assert.Contains(says, answer, StringComparison.Ordinal);
        return next.Length > 0 ? next : ticket;
    }

    private async Task<(string Answer, string Ticket)> SendAsync(string method, string target, string? body, params KeyValuePair<string, string>[] headers)
    {
        var answer = await RawHttp.SendAsync(
            new(Sidecar.BaseUrl, method, target) { Headers = headers, Body = Encoding.UTF8.GetBytes(body ?? "") }, TestContext.Current.CancellationToken);
        var ticket = answer.Value("Sidecar-Ticket") ?? "";
        if (ticket.Length > 0)
        {
            Secrets.Add(ticket);
        }

        return (Encoding.UTF8.GetString(answer.Body), ticket);
    }
}
