using System.Globalization;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Conformance;

/// <summary>Streams in which nothing is said for a while: minutes with <c>SIDECAR_SILENCE=180</c>, seconds without.</summary>
public sealed class SilenceSuite
{
    private static readonly TimeSpan Silence =
        TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("SIDECAR_SILENCE") ?? "3", CultureInfo.InvariantCulture));

    public static TheoryData<string> Engines => [.. Engine.All.Select(static engine => engine.Name)];

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Events_AfterASilence_GoOn(string engine)
    {
        await using var app = new ScriptedApp(static async (_, stream, cancellation) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n"u8.ToArray(), cancellation);
            await Task.Delay(Silence, cancellation);
            await stream.WriteAsync("9\r\ndata: 2\n\n\r\n0\r\n\r\n"u8.ToArray(), cancellation);
        });
        await AssertAsync(engine, app, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "data: 1\n\n", "data: 2\n\n\r\n0\r\n\r\n");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Answer_AfterASilence_Comes(string engine)
    {
        await using var app = new ScriptedApp(static async (_, stream, cancellation) =>
        {
            await Task.Delay(Silence, cancellation);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate"u8.ToArray(), cancellation);
        });
        await AssertAsync(engine, app, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "", "\r\n\r\nlate");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Socket_AfterASilence_GoesOn(string engine)
    {
        await using var app = new ScriptedApp(static async (_, stream, cancellation) =>
        {
            await stream.WriteAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n\x81\x01a"u8.ToArray(), cancellation);
            await Task.Delay(Silence, cancellation);
            await stream.WriteAsync("after it"u8.ToArray(), cancellation);
        });
        await AssertAsync(engine, app, "GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", "101 Switching", "after it");
    }

    private static async Task AssertAsync(string engine, ScriptedApp app, string request, string before, string after)
    {
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = Engine.Of(engine).Settings });
        using var client = await Peer.ConnectAsync(sidecar.Port);

        await client.SendAsync(request);
        await Eventually.TrueAsync(() => client.Received.Contains(before, StringComparison.Ordinal), "what came before the silence");
        Assert.DoesNotContain(after, client.Received, StringComparison.Ordinal);
        await Task.Delay(Silence, TestContext.Current.CancellationToken);

        await Eventually.TrueAsync(() => client.Received.EndsWith(after, StringComparison.Ordinal), "what came after the silence");
    }
}
