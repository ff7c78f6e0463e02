using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Telemetry;

/// <summary>
/// A recovery with everything that can go wrong in it, in the shipped form: what operators get of it, in logs, traces and
/// metrics, holds every decision and no code, captcha, password, ticket or address in any spelling.
/// </summary>
public sealed partial class SecrecyTests
{
    private const string Password = "correct horse/battery+17";
    private const string WrongCaptcha = "WRNGQ";

    private readonly List<string> secrets = [Password, WrongCaptcha];
    private int steps;

    [Fact]
    public async Task Everything_ARecoveryWithAllItsFaults_TellsEachDecisionAndNoSecret()
    {
        await using var collector = await OtlpCollector.StartAsync(isGrpc: false);
        await using var relay = new QuotingRelay();
        await using var world = await RecoveryWorld.StartAsync(
            new()
            {
                Development = false,
                Keys = (await SidecarCommand.RunAsync("keygen")).Output,
                Smtp = Relay(relay.Port),
                Settings = ["limits.captcha.mode=on", "limits.captcha.permits=14", $"telemetry.otlp_endpoint={collector.Endpoint}", "telemetry.otlp_protocol=http/protobuf"],
            },
            waits: false);
        await Eventually.TrueAsync(() => IsReadyAsync(world), "store and app");

        await RecoverAsync(world, relay);
        await FailAsync(world, relay);
        var scrape = await RawHttp.SendAsync(new(world.Sidecar.ManagementUrl, "GET", "/metrics"), TestContext.Current.CancellationToken);
        world.Sidecar.Terminate();
        await world.Sidecar.WaitForExitAsync(Eventually.Patience);

        AssertTold(world.Log);
        Assert.Contains(collector.Spans, static span => span.Name == "recovery reset");
        Assert.Contains("sidecar.recovery.steps", collector.Metrics);
        foreach (var (where, text) in new[] { ("log", world.Log), ("collector", collector.Raw), ("metrics", Encoding.UTF8.GetString(scrape.Body)) })
        {
            Assert.All(secrets.Distinct(), secret => Assert.True(Spellings.Find(secret, text) is null, $"{where} tells {secret}, as {Spellings.Find(secret, text)}"));
        }
    }

    /// <summary>Stumbles once at each step and ends with a new password.</summary>
    private async Task RecoverAsync(RecoveryWorld world, QuotingRelay relay)
    {
        var (email, client) = (User(world), world.NewClient());
        await DoAsync(client.CaptchaAsync(email), "picture");
        await DoAsync(client.CodeAsync(email, WrongCaptcha), "109 invalid or expired captcha");
        await DoAsync(client.CaptchaAsync(email), "picture");
        await DoAsync(client.SendAsync("POST", client.Path("code"), "application/json", $$"""{"email":"{{email}}","captcha":"{{Answer(world, client)}}","broken"""));
        await DoAsync(client.CodeAsync(email, Answer(world, client)), "0 verification passed, email sent");
        var code = await CodeAsync(relay, email);
        await DoAsync(client.VerifyAsync(email, Wrong(code)), "109 expired otp");
        await DoAsync(client.VerifyAsync(email, code), "0 otp verified");
        await DoAsync(client.ResetAsync(email, Password, confirm: "another" + Password), "101 passwords do not match");
        await DoAsync(ResetAsync(world, client, email), "0 Password reset successful. Logged in.");
        await DoAsync(client.ResetAsync(email, Password), "109 email not verified");
        await client.SendAsync("GET", $"/demo/echo/x?email={email}&password={Uri.EscapeDataString(Password)}");
        await DoAsync(client.SendAsync("GET", $"//v1/user%2fforget/captcha;x?email={Uri.EscapeDataString(email)}"), "picture");
        await DoAsync(client.SendAsync("GET", $"/v1/user/forget/captcha%3Femail={email}"));
        await DoAsync(client.SendAsync("DELETE", $"{client.Path("reset")}?email={email}&new_password={Uri.EscapeDataString(Password)}"));
        client.Headers = [new("Origin", "https://evil.example.net")];
        await DoAsync(client.CodeAsync(email, code), "403 forbidden");
    }

    private async Task FailAsync(RecoveryWorld world, QuotingRelay relay)
    {
        var (stranger, proven, refused) = (world.NewClient(), world.NewClient(), world.NewClient());
        var (nobody, verified) = ("no.such.user@example.com", User(world));
        secrets.Add(nobody);
        await SendAsync(world, stranger, nobody);
        await SendAsync(world, proven, verified);
        await DoAsync(proven.VerifyAsync(verified, await CodeAsync(relay, verified)), "0 otp verified");
        relay.Refused = User(world);
        await SendAsync(world, refused, relay.Refused);
        await UntilSaidAsync(world, "\"outcome\":\"permanent\"");
        await UntilSaidAsync(world, "\"outcome\":\"unknown_account\"");

        // Nobody can be asked about accounts, and nobody takes a reset.
        var (late, email) = (world.NewClient(), User(world));
        await world.App.DisposeAsync();
        await SendAsync(world, late, email);
        await UntilSaidAsync(world, "cannot be made up");
        await DoAsync(ResetAsync(world, proven, verified));

        var last = "";
        for (var i = 0; i < 20 && !last.Contains("wait", StringComparison.Ordinal); i++)
        {
            last = await DoAsync(late.CaptchaAsync(email));
        }

        Assert.Contains("wait", last, StringComparison.Ordinal);
        await world.Redis.KillAsync();
        await DoAsync(late.CodeAsync(email, WrongCaptcha), "500 service temporarily unavailable");
        await DoAsync(late.VerifyAsync(email, "QQQQQQQQ"), "500 service temporarily unavailable");
        await DoAsync(ResetAsync(world, proven, verified), "500 service temporarily unavailable");
    }

    private async Task SendAsync(RecoveryWorld world, RecoveryClient client, string email)
    {
        await DoAsync(client.CaptchaAsync(email), "picture");
        await DoAsync(client.CodeAsync(email, Answer(world, client)), "0 verification passed, email sent");
    }

    private Task<Reply> ResetAsync(RecoveryWorld world, RecoveryClient client, string email)
    {
        var encrypted = world.Encrypt(Password);
        secrets.Add(encrypted);
        return client.PostAsync(client.Path("reset"), ("email", email), ("new_password", encrypted), ("confirm_new_password", encrypted));
    }

    /// <summary>Takes a step, which is a decision.</summary>
    private async Task<string> DoAsync(Task<Reply> step, string? words = null)
    {
        steps++;
        var reply = await step;
        if (reply.Ticket is { } ticket)
        {
            secrets.Add(ticket);
        }

        var said = reply.IsPicture || reply.Raw.Body is [(byte)'{', ..] ? reply.Words : "";
        Assert.Equal(words ?? said, said);
        return said;
    }

    private string User(RecoveryWorld world)
    {
        secrets.Add(world.NewUser());
        return secrets[^1];
    }

    private string Answer(RecoveryWorld world, RecoveryClient client)
    {
        secrets.Add(WholeJobTests.Answer(world, client.Given!));
        return secrets[^1];
    }

    private async Task<string> CodeAsync(QuotingRelay relay, string email)
    {
        await Eventually.TrueAsync(() => relay.MailTo(email) is not null, "the mail");
        secrets.Add(Assert.Single(Capitals().Matches(relay.MailTo(email)!.TextBody!)).Value);
        return secrets[^1];
    }

    private string Wrong(string code)
    {
        secrets.Add(code[..7] + (code[7] == 'Q' ? 'X' : 'Q'));
        return secrets[^1];
    }

    /// <summary>One event a request, and of each mail how it ended; one has not, and waits in Redis for the next start.</summary>
    private void AssertTold(string log)
    {
        var events = log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement).Where(static line => line.TryGetProperty("event", out _)).ToList();
        var taken = events.Where(static told => Text(told, "event") == "recovery.step").ToList();
        Assert.Equal(steps, taken.Count);
        string[] outcomes =
        [
            "captcha_issued", "wrong_captcha", "bad_body", "code_sent", "wrong_code", "verified", "refused_by_app", "reset", "unproven", "guarded", "forbidden",
            "app_unreachable", "over_limit", "unavailable",
        ];
        Assert.Empty(outcomes.Except(taken.Select(static told => Text(told, "outcome"))));
        Assert.Equal(["delivered", "delivered", "permanent", "unknown_account"], events.Where(static told => Text(told, "event") == "recovery.mail").Select(static told => Text(told, "outcome")).Order());
        Assert.All(events, told => Assert.Equal(32, Text(told, "trace_id").Length));
        Assert.All(taken.Where(static told => Text(told, "outcome") == "over_limit"), static told => Assert.Equal("captcha", Text(told, "limit")));
    }

    /// <summary>By the management port: a request to a step would be one more decision.</summary>
    private static async Task<bool> IsReadyAsync(RecoveryWorld world)
    {
        var answer = await RawHttp.SendAsync(new(world.Sidecar.ManagementUrl, "GET", "/readyz"), TestContext.Current.CancellationToken);
        var checks = JsonDocument.Parse(answer.Body).RootElement.GetProperty("checks");
        return Text(checks.GetProperty("store"), "status") == "ok" && Text(checks.GetProperty("upstream"), "status") == "ok";
    }

    private static string Text(JsonElement told, string name) => told.GetProperty(name).GetString()!;

    private static Task UntilSaidAsync(RecoveryWorld world, string words) =>
        Eventually.TrueAsync(() => world.Log.Contains(words, StringComparison.Ordinal), words);

    private static string Relay(int port) => string.Create(CultureInfo.InvariantCulture, $"""
        smtp:
          mail_server: "127.0.0.1"
          mail_port: {port}
          mail_use_ssl: false
          mail_use_tls: false
          mail_default_sender: ["RAGFlow", "noreply@ragflow.test"]
        """);

    [GeneratedRegex("(?<![A-Z])[A-Z]{8}(?![A-Z])")]
    private static partial Regex Capitals();
}
