using System.IO.Compression;
using System.Text;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>Answers as they arrive at the client: what the app said, and nothing else.</summary>
public class ResponseTests(ForwardingWorld world)
{
    [Fact]
    public async Task Head_OfALongAnswer_KeepsItsLengthAndHasNoBody()
    {
        var answer = await world.SendAsync("HEAD", "/demo/download?bytes=123456789");

        Assert.Equal(200, answer.Status);
        Assert.Equal("123456789", answer.Value("Content-Length"));
    }

    [Theory]
    [InlineData("204 No Content", 204)]
    [InlineData("304 Not Modified", 304)]
    public async Task Answer_WithoutBody_StaysWithoutOne(string status, int expected)
    {
        await using var app = ScriptedApp.Saying($"HTTP/1.1 {status}\r\nETag: \"x\"\r\nConnection: close\r\n\r\n");
        await using var sidecar = await StartAsync(app);
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);

        await connection.SendAsync("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        var answer = await connection.ReadToEndAsync();

        Assert.StartsWith($"HTTP/1.1 {expected}", answer, StringComparison.Ordinal);
        Assert.Contains("ETag: \"x\"", answer, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Content-Type", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Answer_WithOddHeaders_KeepsTheirBytes()
    {
        await using var app = ScriptedApp.Saying(
            "HTTP/1.1 299 Odd But Legal\r\nContent-Type: text/event-stream\r\nContent-Type: text/plain\r\nSet-Cookie: a=1; expires=never\r\nSet-Cookie: b=\xE9\r\n"
            + "Authorization: token\r\nServer: theirs\r\nX-Utf8: \xC3\xA9\r\nX-Latin1: \xE9\r\nX-Empty: \r\nLocation: //else/../where?%zz\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
        await using var sidecar = await StartAsync(app);

        var answer = await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/x"), TestContext.Current.CancellationToken);

        Assert.Equal(299, answer.Status);
        Assert.Equal(["text/event-stream", "text/plain"], answer.Values("Content-Type"));
        Assert.Equal(["a=1; expires=never", "b=\xE9"], answer.Values("Set-Cookie"));
        Assert.Equal(["token"], answer.Values("Authorization"));
        Assert.Equal(["theirs"], answer.Values("Server"));
        Assert.Equal(["\xC3\xA9"], answer.Values("X-Utf8"));
        Assert.Equal(["\xE9"], answer.Values("X-Latin1"));
        Assert.Equal([""], answer.Values("X-Empty"));
        Assert.Equal(["//else/../where?%zz"], answer.Values("Location"));
        Assert.Equal("hi", Encoding.ASCII.GetString(answer.Body));
    }

    [Fact]
    public async Task Answer_Compressed_IsLeftAlone()
    {
        using var buffer = new MemoryStream();
        await using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[10_000], TestContext.Current.CancellationToken);
        }

        var zipped = Encoding.Latin1.GetString(buffer.ToArray());
        await using var app = ScriptedApp.Saying($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {zipped.Length}\r\nConnection: close\r\n\r\n{zipped}");
        await using var sidecar = await StartAsync(app);

        var answer = await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/x"), TestContext.Current.CancellationToken);

        Assert.Equal("gzip", answer.Value("Content-Encoding"));
        Assert.Equal(buffer.ToArray(), answer.Body);
    }

    [Fact]
    public async Task Answer_Redirect_IsTheClientsToFollow()
    {
        await using var app = ScriptedApp.Saying("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await using var sidecar = await StartAsync(app);

        Assert.Equal(302, (await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/x"), TestContext.Current.CancellationToken)).Status);
    }

    private Task<SidecarProcess> StartAsync(ScriptedApp app) => SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = [world.Engine] });
}

public sealed class YarpResponseTests(YarpWorld world) : ResponseTests(world);
