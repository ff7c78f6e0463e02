using System.Collections.Concurrent;
using System.Text;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>Where one request ends and the next begins is decided once: what can be read in two ways is refused or made plain.</summary>
public abstract class FramingTests(string engine)
{
    [Theory]
    [InlineData("Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde")]
    [InlineData("Content-Length: 4, 4\r\n\r\nabcd")]
    [InlineData("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("X: 1\r\n folded\r\n\r\n")]
    [InlineData("X: a\0b\r\n\r\n")]
    [InlineData("Host: b\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n")]
    public async Task Request_ReadableInTwoWays_IsRefused(string rest)
    {
        var heads = new ConcurrentQueue<string>();
        await using var app = Recording(heads);
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = [$"forward.engine={engine}"] });
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);

        await connection.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\n" + rest);

        // Never the app's 200: it either saw nothing or a body that broke off.
        await connection.ReadUntilAsync("\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (400|501) ", connection.Received);
    }

    [Fact]
    public async Task Request_WithWhatOnlySomeServersTake_ReachesTheAppMadePlain()
    {
        var heads = new ConcurrentQueue<string>();
        await using var app = Recording(heads);
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = [$"forward.engine={engine}"] });
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);

        await connection.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: +4\r\nX\x01: 1\r\n\r\nabcd");
        await connection.ReadUntilAsync("\r\n\r\n");

        var head = Assert.Single(heads);
        Assert.Contains("Content-Length: 4\r\n", head, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\x01', head);
    }

    [Fact]
    public async Task Request_WithLengthAndChunks_ReachesTheAppWithOneOfThem()
    {
        var heads = new ConcurrentQueue<string>();
        await using var app = Recording(heads);
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = [$"forward.engine={engine}"] });
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);

        await connection.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        await connection.ReadToEndAsync();

        Assert.All(heads, static head => Assert.False(Names(head, "Content-Length") && Names(head, "Transfer-Encoding"), head));
        Assert.All(heads.Where(static head => head.StartsWith("POST", StringComparison.Ordinal)), static head => Assert.False(Names(head, "Content-Length"), head));
    }

    private static bool Names(string head, string header) => head.Contains($"\r\n{header}:", StringComparison.OrdinalIgnoreCase);

    private static ScriptedApp Recording(ConcurrentQueue<string> heads) => new(async (head, stream, cancellation) =>
    {
        heads.Enqueue(head);
        var body = new byte[1024];
        if (!head.Contains("Content-Length: 0", StringComparison.OrdinalIgnoreCase) && (Names(head, "Content-Length") || Names(head, "Transfer-Encoding")))
        {
            // The end of a body that breaks off never comes, and then there is no answer.
            var read = "";
            while (!read.EndsWith("0\r\n\r\n", StringComparison.Ordinal) && !Names(head, "Content-Length"))
            {
                var count = await stream.ReadAsync(body, cancellation);
                if (count == 0)
                {
                    return;
                }

                read += Encoding.ASCII.GetString(body, 0, count);
            }
        }

        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellation);
    });
}

public sealed class DirectFramingTests() : FramingTests("direct");

public sealed class YarpFramingTests() : FramingTests("yarp");
