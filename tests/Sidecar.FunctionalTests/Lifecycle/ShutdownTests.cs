using System.Diagnostics;
using System.Text;
using Sidecar.Demo;
using Sidecar.Demo.App;
using Sidecar.Demo.Mail;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Lifecycle;

/// <summary>SIGTERM: what is under way is finished, but not for ever.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task Stop_Idle_Exits0AtOnce()
    {
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = new Uri("http://127.0.0.1:9") });

        sidecar.Terminate();

        Assert.Equal(0, await sidecar.WaitForExitAsync(TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public async Task Stop_WithARequestUnderWay_FinishesIt()
    {
        var finish = new TaskCompletionSource();
        await using var app = await SlowSiteAsync(finish.Task);
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);
        await connection.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await connection.ReadUntilAsync("first");

        sidecar.Terminate();
        await UntilClosedAsync(sidecar);
        Assert.False(sidecar.HasExited);
        finish.SetResult();

        Assert.EndsWith("last\r\n0\r\n\r\n", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await sidecar.WaitForExitAsync(TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public async Task Stop_WithAnEndlessStream_EndsItAfterTheDrainTime()
    {
        await using var app = await SlowSiteAsync(new TaskCompletionSource().Task);
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["shutdown.drain=2s"] });
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);
        await connection.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await connection.ReadUntilAsync("first");
        var started = Stopwatch.GetTimestamp();

        sidecar.Terminate();
        var answer = await connection.ReadToEndAsync();

        // The host itself would wait ten seconds longer.
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(9));
        Assert.DoesNotContain("\r\n0\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(0, await sidecar.WaitForExitAsync(TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public async Task Stop_WithMailQueued_DeliversItFirst()
    {
        var inbox = new Inbox(TimeProvider.System);
        await using var app = await DemoApp.StartAsync(new(new InProcessFlags(TimeProvider.System)));
        await using var relay = SmtpSink.Start(0, inbox);
        await using var gate = new SmtpGate(relay.Port);
        await using var sidecar = await SidecarProcess.StartAsync(Mailing(app.Address, gate.Port));
        await gate.ProbedAsync();
        gate.Close();
        await AskForACodeAsync(sidecar);
        await gate.WaitedForAsync();

        sidecar.Terminate();
        await UntilClosedAsync(sidecar);
        gate.Open();

        Assert.Equal(0, await sidecar.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("alice@example.com", Assert.Single(inbox.Messages).To);
    }

    [Fact]
    public async Task Stop_WithARelayThatStaysSilent_GivesUpAfterFiveSeconds()
    {
        await using var app = await DemoApp.StartAsync(new(new InProcessFlags(TimeProvider.System)));
        await using var relay = SmtpSink.Start(0, new Inbox(TimeProvider.System));
        await using var gate = new SmtpGate(relay.Port);
        await using var sidecar = await SidecarProcess.StartAsync(Mailing(app.Address, gate.Port));
        await gate.ProbedAsync();
        gate.Close();
        await AskForACodeAsync(sidecar);
        await gate.WaitedForAsync();
        var started = Stopwatch.GetTimestamp();

        sidecar.Terminate();

        Assert.Equal(0, await sidecar.WaitForExitAsync(TimeSpan.FromSeconds(20)));
        Assert.True(Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(4), "The mail did not get its five seconds.");
        Assert.Contains("1 queued mails were dropped", sidecar.StandardOutput, StringComparison.Ordinal);
    }

    private static Task<LoopbackSite> SlowSiteAsync(Task finish) => LoopbackSite.StartAsync(0, async context =>
    {
        await context.Response.Body.WriteAsync("first"u8.ToArray(), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        await finish.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await context.Response.Body.WriteAsync("last"u8.ToArray(), context.RequestAborted);
    });

    private static SidecarLaunch Mailing(Uri app, int relay) => new()
    {
        Upstream = app,
        Settings =
        [
            "smtp.mail_server=127.0.0.1", $"smtp.mail_port={relay}", "smtp.mail_use_ssl=false", "smtp.mail_from_address=a@example.com",
            "mail.block_reserved_domains=false", "captcha.fixed_answer=FIXED",
        ],
    };

    private static async Task AskForACodeAsync(SidecarProcess sidecar)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var captcha = await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/v1/user/forget/captcha?email=alice@example.com"), cancellation);
        var otp = await RawHttp.SendAsync(
            new(sidecar.BaseUrl, "POST", "/v1/user/forget/otp")
            {
                Headers = [new("Content-Type", "application/json"), new("Sidecar-Ticket", captcha.Value("Sidecar-Ticket")!)],
                Body = """{"email":"alice@example.com","captcha":"FIXED"}"""u8.ToArray(),
            },
            cancellation);
        Assert.Contains("\"code\":0,", Encoding.UTF8.GetString(otp.Body), StringComparison.Ordinal);
    }

    /// <summary>Until the public port takes no more connections: from then on the stop is under way.</summary>
    private static Task UntilClosedAsync(SidecarProcess sidecar) => Eventually.TrueAsync(async () =>
    {
        try
        {
            await using var another = await RawConnection.OpenAsync(sidecar.BaseUrl);
            return false;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return true;
        }
    }, "the port to close");
}
