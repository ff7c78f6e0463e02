using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sidecar.Demo;
using Sidecar.FunctionalTests.Guard;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Lifecycle;

/// <summary>Whatever is missing at start: the app is served if there is any way to.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("listeners")]
    [InlineData("management")]
    public async Task Start_WithAPortTaken_Exits78NamingItsKey(string section)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var name = section == "listeners" ? "SIDECAR__LISTENERS__0__PORT" : "SIDECAR__MANAGEMENT__PORT";
        await using var sidecar = SidecarProcess.Launch(new() { Upstream = new Uri("http://127.0.0.1:9"), Environment = new Dictionary<string, string> { [name] = port } });

        Assert.Equal(78, await sidecar.WaitForExitAsync(Eventually.Patience));

        var line = Assert.Single(sidecar.StandardError.Split('\n'), line => line.Contains(port, StringComparison.Ordinal));
        Assert.Contains($"configuration: {(section == "listeners" ? "listeners[0]" : section)}.port: {port}: ", line, StringComparison.Ordinal);
        Assert.Contains("Fix: ", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OnAnAddressOfAnotherMachine_Exits78()
    {
        await using var sidecar = SidecarProcess.Launch(new()
        {
            Upstream = new Uri("http://127.0.0.1:9"),
            Environment = new Dictionary<string, string> { ["SIDECAR__LISTENERS__0__ADDRESS"] = "192.0.2.1" },
        });

        Assert.Equal(78, await sidecar.WaitForExitAsync(Eventually.Patience));
        Assert.Contains("configuration: listeners", sidecar.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_BeforeTheApp_ServesAsSoonAsItComes()
    {
        var port = FreePort.Next();
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = new Uri($"http://127.0.0.1:{port}") });
        Assert.Equal(502, (await GetAsync(sidecar, "/")).Status);

        await using var app = await LoopbackSite.StartAsync(port, static _ => Task.CompletedTask);

        await Eventually.TrueAsync(async () => (await GetAsync(sidecar, "/")).Status == 200, "the app's answer");
    }

    [Theory]
    [InlineData("recovery.cooldown=soon")]
    [InlineData("smtp.mail_port=many")]
    [InlineData("accounts.kind=oracle")]
    [InlineData("mail.templates=/nowhere")]
    [InlineData("recovery.enabled=false")]
    public async Task Start_WithRecoveryFaultyOrOff_ServesTheAppAndRefusesEachStep(string setting)
    {
        await using var app = await LoopbackSite.StartAsync(0, static _ => Task.CompletedTask);
        await using var sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = app.Address,
            Settings = ["smtp.mail_server=127.0.0.1", "smtp.mail_from_address=a@example.com", setting],
        });

        Assert.Equal(200, (await GetAsync(sidecar, "/")).Status);
        foreach (var path in GuardedPaths.Plain.Where(static path => path != "/v1/user/forget"))
        {
            var method = path == "/v1/user/forget/captcha" ? "GET" : "POST";
            var answer = await RawHttp.SendAsync(new(sidecar.BaseUrl, method, path), TestContext.Current.CancellationToken);
            Assert.Equal("""{"code":500,"data":false,"message":"service temporarily unavailable"}""", Encoding.UTF8.GetString(answer.Body));
        }

        Assert.Contains("Account recovery is off, the app is served", sidecar.StandardOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithoutSmtp_HandsOutCaptchasAndSaysThatMailFails()
    {
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = new Uri("http://127.0.0.1:9") });

        var captcha = await GetAsync(sidecar, "/v1/user/forget/captcha?email=alice@example.com");
        var otp = await RawHttp.SendAsync(
            new(sidecar.BaseUrl, "POST", "/v1/user/forget/otp")
            {
                Headers = [new("Content-Type", "application/json"), new("Sidecar-Ticket", captcha.Value("Sidecar-Ticket")!)],
                Body = """{"email":"alice@example.com","captcha":"ABCDE"}"""u8.ToArray(),
            },
            TestContext.Current.CancellationToken);

        Assert.StartsWith("image/", captcha.Value("Content-Type"), StringComparison.Ordinal);
        Assert.Equal("""{"code":500,"data":false,"message":"failed to send email"}""", Encoding.UTF8.GetString(otp.Body));
    }

    private static Task<RawResponse> GetAsync(SidecarProcess sidecar, string path) =>
        RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", path), TestContext.Current.CancellationToken);
}
