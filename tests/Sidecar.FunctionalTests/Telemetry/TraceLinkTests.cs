using System.Text.Json;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Telemetry;

/// <summary>One trace leads from the request to all that came of it, in whichever process, and in the log.</summary>
public sealed class TraceLinkTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static readonly Uri Nobody = new("http://127.0.0.1:9");

    [Fact]
    public async Task Mail_SentByAnotherReplica_LinksToTheRequestThatAsked()
    {
        await using var collector = await OtlpCollector.StartAsync(isGrpc: false);
        var setup = new RecoverySetup
        {
            Keys = (await SidecarCommand.RunAsync("keygen")).Output,
            // The replica may try once before there is a relay; the try that delivers is to look the account up, too.
            Settings = [$"telemetry.otlp_endpoint={collector.Endpoint}", "telemetry.otlp_protocol=http/protobuf", "accounts.cache=0s"],
        };
        await using var world = await RecoveryWorld.StartAsync(setup);
        var (email, client) = (world.NewUser(), world.NewClient());
        client.Headers = [new("traceparent", $"00-{Trace}-00f067aa0ba902b7-01")];
        await client.CaptchaAsync(email);
        await world.StopRelayAsync();
        Assert.Equal("0 verification passed, email sent", (await client.CodeAsync(email)).Words);
        await Eventually.TrueAsync(() => collector.Spans.Any(static span => span is { Name: "recovery otp", TraceId: Trace }), "the request's spans");

        // Killed, not stopped; and only then there is a relay.
        await world.RestartAsync(setup);
        world.StartRelay();
        await world.MailedCodeAsync(email);

        await Eventually.TrueAsync(
            () => collector.Spans.Any(static span => span.Name == "mail deliver" && span.LinkedTraces.SequenceEqual([Trace]) && span.Attributes["sidecar.mail.outcome"] == "Delivered"), "the delivery's span");
        var delivery = collector.Spans.Single(static span => span.Name == "mail deliver" && span.LinkedTraces.SequenceEqual([Trace]) && span.Attributes["sidecar.mail.outcome"] == "Delivered");
        Assert.NotEqual(Trace, delivery.TraceId);
        Assert.All(["account lookup", "smtp send"], name => Assert.Contains(collector.Spans, span => span.Name == name && span.TraceId == delivery.TraceId));
        // Looking for mails is nobody's trace.
        Assert.All(collector.Spans.Where(static span => span.Name.StartsWith("store ", StringComparison.Ordinal)), static span => Assert.NotEmpty(span.ParentId));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Log_InsideARequest_NamesTheClientsTrace(bool isTraced)
    {
        await using var collector = await OtlpCollector.StartAsync(isGrpc: false);
        await using var sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = Nobody,
            Development = false,
            Settings =
            [
                "smtp.mail_server=127.0.0.1", "smtp.mail_port=9", "smtp.mail_use_ssl=false", "smtp.mail_from_address=a@example.com", "store.kind=memory", "handoff.redis.host=127.0.0.1:9", "limits.captcha.permits=1",
                .. isTraced ? [$"telemetry.otlp_endpoint={collector.Endpoint}", "telemetry.otlp_protocol=http/protobuf"] : Array.Empty<string>(),
            ],
        });
        foreach (var (method, target) in new[] { ("GET", "/v1/user/forget/captcha?email=a@example.com"), ("GET", "/v1/user/forget/captcha?email=a@example.com"), ("POST", "/v1/user/forget/otp"), ("DELETE", "/v1/user/forget/otp"), ("GET", "/app") })
        {
            await RawHttp.SendAsync(new(sidecar.BaseUrl, method, target) { Headers = [new("traceparent", $"00-{Trace}-00f067aa0ba902b7-01")] }, TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(() => sidecar.StandardOutput.Contains("did not answer a request whole", StringComparison.Ordinal), "the last line");
        var lines = sidecar.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement).Where(IsOfARequest).ToList();

        Assert.Equal(4, lines.Count(static line => line.TryGetProperty("event", out _)));
        Assert.All(lines, static line => Assert.Equal(Trace, line.GetProperty("trace_id").GetString()));
        Assert.Contains(lines, IsForwarding);
    }

    private static bool IsOfARequest(JsonElement line) => Category(line) is { } category && (category.StartsWith("Sidecar.Contracts.", StringComparison.Ordinal) || IsForwarding(line));

    private static bool IsForwarding(JsonElement line) => Category(line) == "Sidecar.Upstream.AppForwarder";

    private static string? Category(JsonElement line) => line.GetProperty("category").GetString();
}
