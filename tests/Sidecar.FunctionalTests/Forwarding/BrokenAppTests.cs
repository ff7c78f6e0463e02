using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>An app that is gone, hangs or dies: the client is told, soon, and never shown half an answer as a whole one.</summary>
public sealed class BrokenAppTests
{
    [Fact]
    public async Task App_NotThere_Answers502InJsonQuickly()
    {
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = new Uri($"http://127.0.0.1:{FreePort.Next()}") });
        await SendAsync(sidecar);
        var started = Stopwatch.GetTimestamp();

        var answer = await SendAsync(sidecar);

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(3), $"It took {Stopwatch.GetElapsedTime(started)}.");
        AssertEnvelope(answer, 502);
    }

    [Fact]
    public async Task App_Silent_Answers504AfterTheActivityTimeout()
    {
        await using var app = new ScriptedApp(static (_, _, cancellation) => Task.Delay(Timeout.Infinite, cancellation));
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["forward.activity_timeout=1s"] });

        AssertEnvelope(await SendAsync(sidecar).WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken), 504);
    }

    [Fact]
    public async Task App_HangsUpWithoutAWord_Answers502()
    {
        await using var app = new ScriptedApp(static (_, _, _) => Task.CompletedTask);
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });

        AssertEnvelope(await SendAsync(sidecar), 502);
    }

    /// <summary>Interim answers without end would keep the sidecar busy for as long as the app likes.</summary>
    [Fact]
    public async Task App_OnlyEverSaysThatItIsNotDone_Answers502()
    {
        await using var app = new ScriptedApp(static async (_, stream, cancellation) =>
        {
            while (true)
            {
                await stream.WriteAsync("HTTP/1.1 102 Processing\r\n\r\n"u8.ToArray(), cancellation);
            }
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["forward.engine=direct"] });
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);

        await connection.SendAsync("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        var answer = await connection.ReadToEndAsync().WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(1000, answer.Split("HTTP/1.1 102 ").Length - 1);
        Assert.Contains("HTTP/1.1 502 ", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 100\r\n\r\nhalf")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n64\r\nhalf")]
    public async Task App_DiesMidAnswer_TheAnswerIsVisiblyCutShort(string rest)
    {
        await using var app = ScriptedApp.Saying("HTTP/1.1 200 OK\r\n" + rest);
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);

        await connection.SendAsync("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
        var answer = await connection.ReadToEndAsync();

        // Neither a chunk that says "the end" nor as many bytes as were announced.
        Assert.DoesNotContain("\r\n0\r\n", answer, StringComparison.Ordinal);
        if (answer.Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Matches("Content-Length: 100|Transfer-Encoding: chunked|HTTP/1.1 502", answer);
            Assert.True(answer.Length < answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 100 || answer.StartsWith("HTTP/1.1 502", StringComparison.Ordinal), answer);
        }
    }

    [Fact]
    public async Task App_AnswersWithGarbage_Answers502()
    {
        await using var app = ScriptedApp.Saying("220 mail.example ESMTP\r\n");
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });

        AssertEnvelope(await SendAsync(sidecar), 502);
    }

    [Fact]
    public async Task Forwarding_AfterTheAppIsBack_Works()
    {
        var port = FreePort.Next();
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = new Uri($"http://127.0.0.1:{port}") });
        AssertEnvelope(await SendAsync(sidecar), 502);

        await using var app = new ScriptedApp(
            static async (_, stream, cancellation) => await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"u8.ToArray(), cancellation), port);

        await Eventually.TrueAsync(async () => (await SendAsync(sidecar)).Status == 200, "the app's answer");
    }

    private static Task<RawResponse> SendAsync(SidecarProcess sidecar) =>
        RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/v1/anything"), TestContext.Current.CancellationToken);

    private static void AssertEnvelope(RawResponse answer, int status)
    {
        Assert.Equal(status, answer.Status);
        Assert.StartsWith("application/json", answer.Value("Content-Type"), StringComparison.Ordinal);
        Assert.True(answer.Body.Length < 200, Encoding.UTF8.GetString(answer.Body));
        using var json = JsonDocument.Parse(answer.Body);
        Assert.Equal(status, json.RootElement.GetProperty("code").GetInt32());
    }
}
