using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Resilience;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>An app that fails a client whose connection is kept: the client is told once, the app is asked once, and the connection serves on.</summary>
public sealed class FastPathFailureTests
{
    [Fact]
    public async Task App_IsDown_IsToldOnceForEachRequestAndLoggedOnce()
    {
        await using var app = new CountingApp();
        await using var sidecar = await StartAsync(app);
        await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);
        Assert.Equal("200", (await client.AskAsync("GET /up")).Status);
        await app.CloseAsync();

        await client.SendAsync(KeptConnection.Request("GET /down") + KeptConnection.Request("POST /down", "", "abc"));
        Assert.Equal(("502", "502"), ((await client.AnswerAsync("GET")).Status, (await client.AnswerAsync("POST")).Status));
        app.Open();

        Assert.Equal(("200", 1), ((await client.AskAsync("GET /again")).Status, app.CountOf("/again")));
        Assert.Equal(3, client.Received.Split("HTTP/1.1 ").Length - 2);
        await Eventually.TrueAsync(() => Lines(sidecar) > 0, "the line");
        Assert.Equal(1, Lines(sidecar));
    }

    [Theory]
    [InlineData("GET", null)]
    [InlineData("POST", "abc")]
    public async Task App_HangsUpWithoutAnAnswer_IsAskedOnceAndToldOnce(string method, string? body)
    {
        await using var app = new CountingApp { Answers = static (_, _) => false };
        await using var sidecar = await StartAsync(app);
        await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);

        Assert.Equal("502", (await client.AskAsync(method + " /x", "", body)).Status);

        Assert.Equal(1, app.CountOf("/x"));
        app.Answers = static (_, _) => true;
        Assert.Equal("200", (await client.AskAsync(method + " /y", "", body)).Status);
        Assert.Equal((1, 1), (app.CountOf("/x"), app.CountOf("/y")));
    }

    /// <summary>Whoever checks whether a port is open ends it like that, every few seconds and for ever.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("GET /half HTTP/1.1\r\nHo")]
    [InlineData("GET /whole HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /lent HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n")]
    public async Task Client_Resets_IsNoLineOfTheLog(string sent)
    {
        await using var app = new CountingApp();
        await using var sidecar = await StartAsync(app);
        for (var i = 0; i < 5; i++)
        {
            // Not a TcpClient, which says that nothing follows before it resets.
            using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { LingerState = new(true, 0) };
            await client.ConnectAsync(sidecar.BaseUrl.Host, sidecar.BaseUrl.Port, TestContext.Current.CancellationToken);
            await client.SendAsync(Encoding.ASCII.GetBytes(sent), TestContext.Current.CancellationToken);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        await using var last = await KeptConnection.OpenAsync(sidecar.BaseUrl);
        Assert.Equal("200", (await last.AskAsync("GET /last")).Status);
        Assert.DoesNotContain("Unhandled", sidecar.StandardOutput, StringComparison.Ordinal);
    }

    /// <summary>The other tests of repeating send one request a connection, and so go through the server.</summary>
    [Theory]
    [InlineData("GET", null, 2)]
    [InlineData("HEAD", null, 2)]
    [InlineData("OPTIONS", null, 2)]
    [InlineData("GET", "abc", 1)]
    [InlineData("POST", null, 1)]
    [InlineData("POST", "abc", 1)]
    [InlineData("DELETE", null, 1)]
    public async Task App_HangsUpOnAKeptConnection_IsAskedAgainOnlyWhereItMayBe(string method, string? body, int times)
    {
        await using var app = new CountingApp();
        await using var sidecar = await StartAsync(app);
        await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);
        Assert.Equal("200", (await client.AskAsync("GET /before")).Status);
        // As if the app had closed the connection a moment before the request came.
        app.Answers = static (target, before) => before == 0 || target != "/x";

        var answer = await client.AskAsync(method + " /x", "", body);

        Assert.Equal((times, times == 2 ? "200" : "502"), (app.CountOf("/x"), answer.Status));
        Assert.Equal(times, app.Connections);
    }

    /// <summary>Whoever leaves while the app says that it is not done yet is noticed by what cannot be written to him, or by his end: once, either way.</summary>
    [Fact]
    public async Task Client_LeavesBetweenInterimAnswers_IsCountedOnce()
    {
        const int Clients = 50;
        await using var app = new ScriptedApp(static async (_, stream, cancellation) =>
        {
            while (true)
            {
                await stream.WriteAsync("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"u8.ToArray(), cancellation);
                await Task.Delay(1, cancellation);
            }
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["limits.client.mode=off"] });
        for (var i = 0; i < Clients; i++)
        {
            await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);
            await client.SendAsync(KeptConnection.Request("GET /x"));
            await client.ReadUntilAsync("103");
        }

        await Eventually.TrueAsync(async () => await CountedAsync(sidecar) == $"{Clients} {Clients}", "all are counted");
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.Equal($"{Clients} {Clients}", await CountedAsync(sidecar));
        Assert.Equal(0, Lines(sidecar));
    }

    private static async Task<string> CountedAsync(SidecarProcess sidecar)
    {
        var metrics = Encoding.UTF8.GetString((await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/metrics"), TestContext.Current.CancellationToken)).Body);
        int Sum(string pattern) => Regex.Matches(metrics, $@"(?m)^{pattern}\{{[^\n]*\}} ([0-9]+)").Sum(static match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        return $"{Sum("sidecar_forward_errors_total")} {Sum("http_server_request_duration_seconds_count")}";
    }

    private static Task<SidecarProcess> StartAsync(CountingApp app) => SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["limits.client.mode=off"] });

    private static int Lines(SidecarProcess sidecar) => Regex.Count(sidecar.StandardOutput, "did not answer a request whole");
}
