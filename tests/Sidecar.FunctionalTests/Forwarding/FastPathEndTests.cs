using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>SIGTERM, as a client sees it whose connection is below the server.</summary>
public sealed class FastPathEndTests
{
    [Fact]
    public async Task Stop_ConnectionsInEveryState_AreAnsweredAndEndedAsTheServersAre()
    {
        var (asked, finish) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = new ScriptedApp(async (head, stream, cancellation) =>
        {
            for (; ; head = await KeptConnection.HeadAsync(stream, cancellation))
            {
                if (head.StartsWith("GET /slow ", StringComparison.Ordinal))
                {
                    asked.SetResult();
                    await finish.Task.WaitAsync(cancellation);
                }

                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), cancellation);
            }
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["shutdown.drain=20s", "limits.client.mode=off"] });
        await using var idle = await KeptConnection.OpenAsync(sidecar.BaseUrl);
        await using var never = await KeptConnection.OpenAsync(sidecar.BaseUrl);
        await using var halfway = await KeptConnection.OpenAsync(sidecar.BaseUrl);
        await using var asking = await KeptConnection.OpenAsync(sidecar.BaseUrl);
        foreach (var client in (KeptConnection[])[idle, halfway, asking])
        {
            Assert.Empty((await client.AskAsync("GET /before")).Values("Connection"));
        }

        await halfway.SendAsync("GET /half HTTP/1.1\r\nHost: a\r\n");
        await asking.SendAsync(KeptConnection.Request("GET /slow"));
        await asked.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);

        sidecar.Terminate();

        await idle.ReadToEndAsync();
        Assert.Equal("", await never.ReadToEndAsync());
        Assert.False(sidecar.HasExited);
        await halfway.SendAsync("\r\n" + KeptConnection.Request("GET /never"));
        finish.SetResult();
        Assert.Equal(("200", "close"), Ending(await halfway.AnswerAsync("GET")));
        Assert.Equal(("200", "close"), Ending(await asking.AnswerAsync("GET")));
        foreach (var client in (KeptConnection[])[halfway, asking])
        {
            Assert.Equal(2, (await client.ReadToEndAsync()).Split("HTTP/1.1 ").Length - 1);
        }

        Assert.Equal(0, await sidecar.WaitForExitAsync(TimeSpan.FromSeconds(15)));
    }

    /// <summary>What is the server's to answer is answered, too, though the server asks for nothing new any more.</summary>
    [Theory]
    [InlineData("GET /x", "TE: trailers\r\n\r\n", "200")]
    [InlineData("GET /v1/user/forget/otp", "\r\n", "200")]
    [InlineData("POST /x", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "200")]
    [InlineData("POST /x", "Content-Length: 100000\r\n\r\n", "200")]
    [InlineData("GET /dead", "\r\n", "502")]
    public async Task Stop_WithinAHead_ItIsAnsweredWhoeverDoes(string line, string rest, string status)
    {
        await using var app = new FramedApp { Answer = static request => request.Line.Contains("/dead", StringComparison.Ordinal) ? "nonsense\r\n\r\n" : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" };
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["shutdown.drain=20s", "limits.client.mode=off", "contracts=ragflow-v1"] });
        await using var idle = await KeptConnection.OpenAsync(sidecar.BaseUrl);
        await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);
        Assert.Equal("200", (await client.AskAsync("GET /before")).Status);
        await client.SendAsync($"{line} HTTP/1.1\r\nHost: a\r\n");

        sidecar.Terminate();

        // Closed, so the server has been told to end.
        await idle.ReadToEndAsync();
        await client.SendAsync(rest + (rest.Contains("100000", StringComparison.Ordinal) ? new string('x', 100_000) : ""));
        Assert.Equal(status, (await client.AnswerAsync(line.Split(' ')[0])).Status);
        Assert.Equal(0, await sidecar.WaitForExitAsync(TimeSpan.FromSeconds(15)));
    }

    private static (string Status, string Connection) Ending(Conformance.WireMessage answer) => (answer.Status, Assert.Single(answer.Values("Connection")));
}
