using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>Bodies on their way to the app, framed in every way there is.</summary>
public class UploadTests(ForwardingWorld world)
{
    [Fact]
    public async Task Upload_Chunked_ArrivesWhole()
    {
        await using var connection = await RawConnection.OpenAsync(world.Sidecar.BaseUrl);

        await connection.SendAsync("POST /demo/upload HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n1;ext=1\r\nd\r\n0\r\n\r\n");

        AssertUploaded(await connection.ReadToEndAsync(), 4, SHA256.HashData("abcd"u8));
    }

    [Fact]
    public async Task Upload_OfNothing_ArrivesWithItsType()
    {
        var echo = await world.EchoAsync("POST", "/demo/echo/u", new("Content-Type", "application/x-odd"), new("Content-Length", "0"));

        Assert.Equal("application/x-odd", echo.Value("Content-Type"));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData([])), echo.BodySha256);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    [InlineData("REPORT")]
    public async Task Body_WithAMethodThatSeldomHasOne_Arrives(string method)
    {
        var body = Encoding.ASCII.GetBytes("{\"ids\":[1]}");

        var answer = await RawHttp.SendAsync(new(world.Sidecar.BaseUrl, method, "/demo/echo/u") { Body = body }, TestContext.Current.CancellationToken);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(body)), Echo.Of(answer).BodySha256);
    }

    [Fact]
    public async Task Upload_ExpectingContinue_IsAskedForThenTaken()
    {
        await using var connection = await RawConnection.OpenAsync(world.Sidecar.BaseUrl);

        await connection.SendAsync("POST /demo/upload HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n");
        await connection.ReadUntilAsync("HTTP/1.1 100 Continue\r\n\r\n");
        await connection.SendAsync("abcd");

        AssertUploaded(await connection.ReadToEndAsync(), 4, SHA256.HashData("abcd"u8));
    }

    [Fact]
    public async Task Upload_ExpectingContinueAndRefused_IsNotSentFirst()
    {
        await using var app = ScriptedApp.Saying("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno!");
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = [world.Engine] });
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);

        await connection.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n");

        await connection.ReadUntilAsync("no!");
        Assert.StartsWith("HTTP/1.1 413 ", connection.Received, StringComparison.Ordinal);
    }

    private static void AssertUploaded(string answer, long bytes, byte[] sha256)
    {
        Assert.Contains("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(answer[answer.IndexOf('{', StringComparison.Ordinal)..(answer.LastIndexOf('}') + 1)]);
        Assert.Equal(bytes, json.RootElement.GetProperty("bytes").GetInt64());
        Assert.Equal(Convert.ToHexStringLower(sha256), json.RootElement.GetProperty("sha256").GetString());
    }
}

public sealed class YarpUploadTests(YarpWorld world) : UploadTests(world);
