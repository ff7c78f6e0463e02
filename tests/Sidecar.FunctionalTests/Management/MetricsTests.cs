using System.Text;
using System.Text.RegularExpressions;
using Sidecar.Demo.Mail;
using Sidecar.FunctionalTests.Forwarding;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Management;

/// <summary>What Prometheus reads, in the names that dashboards use.</summary>
public sealed class MetricsTests
{
    private static readonly Uri Nobody = new("http://127.0.0.1:9");

    [Fact]
    public async Task Metrics_WithRecoveryWhole_SayEnabledAndCountSteps()
    {
        var inbox = new Inbox(TimeProvider.System);
        await using var relay = SmtpSink.Start(0, inbox);
        await using var sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = Nobody,
            Settings =
            [
                "smtp.mail_server=127.0.0.1", $"smtp.mail_port={relay.Port}", "smtp.mail_use_ssl=false", "smtp.mail_from_address=a@example.com",
                "store.kind=memory", "handoff.redis.host=127.0.0.1:9",
            ],
        });
        await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/v1/user/forget/captcha?email=alice@example.com"), TestContext.Current.CancellationToken);
        await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/app"), TestContext.Current.CancellationToken);

        var text = await ReadAsync(sidecar);

        Assert.Equal("1", Value(text, "sidecar_recovery_enabled"));
        Assert.Equal("0", Value(text, "sidecar_verification_enabled"));
        Assert.Equal("1", Value(text, "sidecar_mail_relay_up", "relay=\"default\""));
        Assert.Equal("0", Value(text, "sidecar_store_up", "store=\"handoff\""));
        Assert.Contains("# TYPE sidecar_recovery_steps_total counter", text, StringComparison.Ordinal);
        Assert.Equal("1", Value(text, "sidecar_recovery_steps_total", "step=\"captcha\"", "outcome=\"captcha_issued\"", "contract=\"ragflow-v1\"", "purpose=\"recovery\""));
        Assert.Equal("1", Value(text, "sidecar_forward_errors_total", "error=\"request\""));
        Assert.Contains("\nsidecar_limits_decisions_total{", text, StringComparison.Ordinal);
        Assert.Contains("\nsidecar_mail_queue_length", text, StringComparison.Ordinal);
        Assert.Contains("\nsidecar_mail_queue_age_seconds", text, StringComparison.Ordinal);
        Assert.Contains("\nhttp_server_request_duration_seconds_bucket{", text, StringComparison.Ordinal);
        Assert.Contains("\nhttp_client_request_duration_seconds_bucket{", text, StringComparison.Ordinal);
        Assert.Contains("\nkestrel_active_connections", text, StringComparison.Ordinal);
        Assert.Contains("\ndotnet_", text, StringComparison.Ordinal);
    }

    /// <summary>One series for the app's answers, whichever engine asked; nothing is counted twice for it.</summary>
    [Theory]
    [InlineData("direct")]
    [InlineData("yarp")]
    public async Task Durations_OfTheApp_AreOneSeriesForBothEngines(string engine)
    {
        await using var app = new FramedApp();
        await using var sidecar = await StartAsync(app.Address);
        await using var alone = await StartAsync(Nobody);
        await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/app"), TestContext.Current.CancellationToken);
        await RawHttp.SendAsync(new(alone.BaseUrl, "GET", "/app"), TestContext.Current.CancellationToken);

        var (text, failed) = (await ReadAsync(sidecar), await ReadAsync(alone));

        Assert.Equal("1", Value(text, "http_client_request_duration_seconds_count", "http_request_method=\"GET\"", "http_response_status_code=\"200\"", "network_protocol_version=\"1.1\"", "url_scheme=\"http\""));
        Assert.Equal("1", Value(failed, "http_client_request_duration_seconds_count", "error_type=\"connection_error\""));
        Assert.DoesNotContain("\nhttp_client_active_requests", text, StringComparison.Ordinal);

        Task<SidecarProcess> StartAsync(Uri upstream) => SidecarProcess.StartAsync(new() { Upstream = upstream, Settings = [$"forward.engine={engine}", "app.probe=false"] });
    }

    [Theory]
    [InlineData("recovery.enabled=false")]
    [InlineData("recovery.cooldown=soon")]
    [InlineData("smtp.mail_server=")]
    public async Task Metrics_WithRecoveryOffFaultyOrWithoutMail_SayDisabled(string setting)
    {
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = Nobody, Settings = [setting] });

        Assert.Equal("0", Value(await ReadAsync(sidecar), "sidecar_recovery_enabled"));
    }

    [Fact]
    public async Task Metrics_OfVerificationThatIsOn_SayEnabled()
    {
        await using var sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = Nobody,
            Settings = ["verification.enabled=true", "smtp.mail_server=127.0.0.1", "smtp.mail_port=9", "smtp.mail_use_ssl=false", "smtp.mail_from_address=a@example.com"],
        });

        Assert.Equal("1", Value(await ReadAsync(sidecar), "sidecar_verification_enabled"));
    }

    [Fact]
    public async Task Durations_OfStore_AreToldInBoundsThatFitThem()
    {
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = Nobody, Settings = ["smtp.mail_server=127.0.0.1", "smtp.mail_port=9", "smtp.mail_use_ssl=false", "smtp.mail_from_address=a@example.com"] });
        var ticket = (await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/v1/user/forget/captcha?email=a@example.com"), TestContext.Current.CancellationToken)).Value("Sidecar-Ticket")!;
        await RawHttp.SendAsync(
            new(sidecar.BaseUrl, "POST", "/v1/user/forget/verify-otp") { Headers = [new("Content-Type", "application/json"), new("Sidecar-Ticket", ticket)], Body = """{"email":"a@example.com","otp":"QQQQQQQQ"}"""u8.ToArray() }, TestContext.Current.CancellationToken);

        var text = await ReadAsync(sidecar);
        Assert.All(["0.0005", "0.005", "0.05", "1", "+Inf"], bound => Assert.Contains(text.Split('\n'), line => line.StartsWith("sidecar_store_duration_seconds_bucket", StringComparison.Ordinal) && line.Contains($"le=\"{bound}\"", StringComparison.Ordinal)));
        // Who asks for metrics and health is not among the requests.
        Assert.Equal(["1", "1"], new[] { "GET", "POST" }.Select(method => Value(text, "http_server_request_duration_seconds_count", $"http_request_method=\"{method}\"")));
    }

    [Fact]
    public async Task Metrics_SwitchedOff_AreNotThere()
    {
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = Nobody, Settings = ["telemetry.metrics=false"] });

        Assert.Equal(404, (await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/metrics"), TestContext.Current.CancellationToken)).Status);
        Assert.Equal(200, (await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/readyz"), TestContext.Current.CancellationToken)).Status);
    }

    private static async Task<string> ReadAsync(SidecarProcess sidecar)
    {
        var answer = await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/metrics"), TestContext.Current.CancellationToken);
        Assert.StartsWith("text/plain", answer.Value("Content-Type"), StringComparison.Ordinal);
        return Encoding.UTF8.GetString(answer.Body);
    }

    /// <summary>The value of the one series of that name with all of these labels, whatever other labels it has.</summary>
    private static string Value(string text, string name, params string[] labels)
    {
        var lines = text.Split('\n').Where(line => Regex.IsMatch(line, $@"^{name}(\{{|\s)") && labels.All(label => line.Contains(label, StringComparison.Ordinal))).ToList();
        Assert.True(lines.Count == 1, $"{name}: {lines.Count} series with {string.Join(", ", labels)} in\n{text}");
        return Regex.Match(lines[0], @"^[^{\s]+(?:\{.*\})?\s+(\S+)").Groups[1].Value;
    }
}
