using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>Requests hidden in others, aimed at what the guard keeps: each disguise is refused, or comes out as the one request it is.</summary>
public abstract class SmugglingTests(SmugglingWorld world)
{
    private const string Hidden = "POST /v1/user/forget/otp HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";

    [Fact]
    public async Task Refused_InEveryDisguise_NothingHiddenReachesTheApp()
    {
        string[] heads =
        [
            "Content-Length: 4\r\nContent-Length: 5\r\n\r\n",
            "Content-Length: 4\r\nContent-Length: 4\r\n\r\n",
            "Content-Length: 4, 4\r\n\r\n",
            "Content-Length: 4,5\r\n\r\n",
            "Content-Length: -1\r\n\r\n",
            "Content-Length: 0x4\r\n\r\n",
            "Content-Length: 4 4\r\n\r\n",
            "Content-Length: 99999999999999999999\r\n\r\n",
            "Content-Length:\r\n\r\n",
            "Content-Length : 0\r\n\r\n",
            "Content-Length\t: 0\r\n\r\n",
            " Content-Length: 0\r\n\r\n",
            "X: 1\r\n Content-Length: 0\r\n\r\n",
            "X: 1\r\n\tTransfer-Encoding: chunked\r\n\r\n",
            "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: ch\u017funked\r\n\r\n0\r\n\r\n",
            "X: a\0b\r\n\r\n",
            "X\0: 1\r\n\r\n",
            "X: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "X: a\r\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "X: a\r\r\n\r\n",
            ": empty\r\n\r\n",
            "nocolon\r\n\r\n",
            "Host: b\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
            "Transfer-Encoding: chunked\r\n\r\n100000000\r\n",
            "Transfer-Encoding: chunked\r\n\r\n-1\r\n",
            "Transfer-Encoding: chunked\r\n\r\n0x4\r\nabcd\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n 4\r\nabcd\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n4\nabcd\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n4\r\nabcdXX0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n4;a\nb\r\nabcd\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n4\rabcd\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n0\r\nBad trailer\r\n\r\n",
        ];
        var wrong = new List<string>();
        foreach (var head in heads)
        {
            var received = await SendAsync("POST /x HTTP/1.1\r\nHost: a\r\n" + head + Hidden);
            var seen = world.App.Take();
            if (!(received.Length == 0 || received.StartsWith("HTTP/1.1 400 ", StringComparison.Ordinal) || received.StartsWith("HTTP/1.1 501 ", StringComparison.Ordinal)) || seen.Count > 0)
            {
                wrong.Add($"{head.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)} => {received.Split('\r')[0]} | {string.Join(" & ", seen.Select(static request => request.Head + request.Body))}");
            }
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("Content-Length: 4\r\n\r\nabcd", "abcd")]
    [InlineData("Content-Length: +4\r\n\r\nabcd", "abcd")]
    [InlineData("Content-Length: 0004\r\n\r\nabcd", "abcd")]
    [InlineData("Transfer-Encoding: Chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", "abcd")]
    [InlineData("transfer-encoding:\t chunked \r\n\r\n0004\r\nabcd\r\n0\r\n\r\n", "abcd")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4;a=b;c=\"d\"\r\nabcd\r\n0;x\r\n\r\n", "abcd")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\nContent-Length: 99\r\nTransfer-Encoding: x\r\n\r\n", "abcd")]
    [InlineData("Content-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", "abcd")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 99\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", "abcd")]
    [InlineData("Transfer_Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", "0\r\n\r\n")]
    [InlineData("Connection: Content-Length\r\nContent-Length: 4\r\n\r\nabcd", "abcd")]
    [InlineData("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", "abcd")]
    [InlineData("\r\n", "")]
    public async Task Forwarded_WithAnotherBehindIt_IsTheOneRequestItIs(string rest, string body)
    {
        var received = await SendAsync("POST /x HTTP/1.1\r\nHost: a\r\n" + rest + Hidden);

        Assert.StartsWith("HTTP/1.1 200 ", received, StringComparison.Ordinal);
        var request = Assert.Single(world.App.Take());
        Assert.Equal(("POST /x HTTP/1.1", body), (request.Line, request.Body));
        Assert.True(request.IsPlain, request.Head);
    }

    /// <summary>To a server that goes by the length, or to one that goes by the chunks, the body ends early: the rest must stay body.</summary>
    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task Body_ThatLooksLikeARequest_StaysABody(string method)
    {
        var received = await SendAsync($"{method} /x HTTP/1.1\r\nHost: a\r\nContent-Length: {Hidden.Length + 5}\r\n\r\n0\r\n\r\n{Hidden}");

        Assert.StartsWith("HTTP/1.1 200 ", received, StringComparison.Ordinal);
        Assert.Equal("0\r\n\r\n" + Hidden, Assert.Single(world.App.Take()).Body);
    }

    /// <summary>Lines that end in a bare line feed: read as lines or refused, and made plain for the app.</summary>
    [Theory]
    [InlineData("POST /x HTTP/1.1\nHost: a\nContent-Length: 4\n\nabcd")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\n\r\nabcd")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\nContent-Length: 4\r\n\r\nabcd")]
    [InlineData("POST /x HTTP/1.1\r\nHost: a\r\nX: 1\nContent-Length: 4\r\n\r\nabcd")]
    public async Task LineFeed_Alone_IsRefusedOrMadePlain(string start)
    {
        var received = await SendAsync(start + Hidden);

        Assert.Matches("^HTTP/1.1 (200|400) ", received);
        Assert.All(world.App.Take(), static request => Assert.Equal(("POST /x HTTP/1.1", "abcd", true), (request.Line, request.Body, request.IsPlain)));
    }

    /// <summary>Sends, then something harmless that ends the connection, and reads all there is.</summary>
    private async Task<string> SendAsync(string bytes)
    {
        await using var connection = await RawConnection.OpenAsync(world.Sidecar.BaseUrl);
        await connection.SendAsync(bytes + "GET /refused HTTP/1.1\r\nHost: b c\r\n\r\n");
        return await connection.ReadToEndAsync();
    }
}

/// <summary>One sidecar and one app for all, so that what one request leaves on a connection to the app would show in another.</summary>
public abstract class SmugglingWorld(string engine) : IAsyncLifetime
{
    private SidecarProcess? sidecar;

    internal FramedApp App { get; } = new();

    internal SidecarProcess Sidecar => sidecar!;

    public async ValueTask InitializeAsync() => sidecar = await SidecarProcess.StartAsync(new() { Upstream = App.Address, Settings = [$"forward.engine={engine}"] });

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await (sidecar?.DisposeAsync() ?? ValueTask.CompletedTask);
        await App.DisposeAsync();
    }
}

public sealed class DirectSmugglingWorld() : SmugglingWorld("direct");

public sealed class YarpSmugglingWorld() : SmugglingWorld("yarp");

public sealed class DirectSmugglingTests(DirectSmugglingWorld world) : SmugglingTests(world), IClassFixture<DirectSmugglingWorld>;

public sealed class YarpSmugglingTests(YarpSmugglingWorld world) : SmugglingTests(world), IClassFixture<YarpSmugglingWorld>;
