using System.Net.WebSockets;
using System.Security.Cryptography;

namespace Sidecar.Tests.Demo;

public sealed class TrafficRoutesTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    [Fact]
    public async Task Upload_BeyondKestrelsDefaultLimit_IsHashed()
    {
        var bytes = RandomNumberGenerator.GetBytes(40_000_000);
        using var content = new ByteArrayContent(bytes);
        using var answer = await fixture.Http.PostAsync(new Uri("/demo/upload", UriKind.Relative), content);
        Assert.Equal(
            $$"""{"bytes":40000000,"sha256":"{{Convert.ToHexStringLower(SHA256.HashData(bytes))}}"}""", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Download_OfAnyLength_IsThePattern()
    {
        var bytes = await fixture.Http.GetByteArrayAsync(new Uri("/demo/download?bytes=200001", UriKind.Relative));
        Assert.Equal(200_001, bytes.Length);
        Assert.All(Enumerable.Range(0, 2000).Select(static i => i * 100), i => Assert.Equal((byte)(i % 251), bytes[i]));
    }

    [Fact]
    public async Task Events_WithAnInterval_ComeOneByOne()
    {
        using var answer = await fixture.Http.GetAsync(new Uri("/demo/sse?events=2&interval_ms=60000", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("id: 1", await reader.ReadLineAsync());
        Assert.Equal("data: {\"event\":1}", await reader.ReadLineAsync());
        Assert.Equal("", await reader.ReadLineAsync());
        var second = reader.ReadLineAsync();
        Assert.False(second.IsCompleted);
        // The app may not have come to its pause yet, so the clock is turned until it has.
        while (await Task.WhenAny(second, Task.Delay(10)) != second)
        {
            fixture.Time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal("id: 2", await second);
    }

    [Fact]
    public async Task WebSocket_Message_ComesBack()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{fixture.App.Address.Port}/demo/ws"), CancellationToken.None);
        await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, CancellationToken.None);
        var buffer = new byte[16];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
        Assert.Equal("hello"u8.ToArray(), buffer[..received.Count]);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "bye", CancellationToken.None);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, socket.CloseStatus);
    }
}
