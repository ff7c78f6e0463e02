using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>What the direct engine keeps that HttpClient would change, and how it uses connections to the app.</summary>
public sealed class ExchangeTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private readonly ConcurrentQueue<string> heads = [];

    [Fact]
    public async Task Request_OddMethodAndRepeatedFields_ArrivesLineByLine()
    {
        await using var app = Serving(Ok);
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });

        await AskAsync(sidecar, "get /x?%7E HTTP/1.1\r\nHost: a:1\r\nX-Twice: b\r\nX-Empty:\r\nX-Twice: a\r\nUpgrade-Insecure-Requests: 1\r\nConnection: close\r\n\r\n");

        var head = Assert.Single(heads);
        Assert.StartsWith("get /x?%7E HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Twice: b\r\nX-Twice: a\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nX-Empty: \r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nUpgrade-Insecure-Requests: 1\r\n", head, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_InChunks_KeepsThemWithExtensionsAndTrailers()
    {
        const string Body = "3;a=\"b\"\r\nabc\r\n0001\r\nd\r\n0;last\r\nX-Sum: 1\r\n\r\n";
        await using var app = Serving("HTTP/1.1 200 Fine By Me\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n" + Body);
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });

        var answer = await AskAsync(sidecar, "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 Fine By Me\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + Body, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_InChunksToAnOldClient_IsWithoutThem()
    {
        await using var app = Serving("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n");
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });

        var answer = await AskAsync(sidecar, "GET /x HTTP/1.0\r\nHost: a\r\n\r\n");

        Assert.EndsWith("\r\n\r\nabcd", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("chunked", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Content-Length: 3000000\r\n\r\n", "", "HTTP/1.1")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n2dc6c0\r\n", "\r\n0\r\n\r\n", "HTTP/1.1")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n2dc6c0\r\n", "\r\n0\r\n\r\n", "HTTP/1.0")]
    [InlineData("\r\n", "", "HTTP/1.1")]
    [InlineData("\r\n", "", "HTTP/1.0")]
    public async Task Answer_LongInAnyFraming_ArrivesWhole(string framing, string end, string version)
    {
        var content = Encoding.Latin1.GetString(PatternOf(3_000_000));
        await using var app = Serving($"HTTP/1.1 200 OK\r\n{framing}{content}{end}");
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });
        using var client = new TcpClient();
        await client.ConnectAsync(sidecar.BaseUrl.Host, sidecar.BaseUrl.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /x {version}\r\nHost: a\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        using var answer = new MemoryStream();
        await client.GetStream().CopyToAsync(answer, TestContext.Current.CancellationToken);

        var text = Encoding.Latin1.GetString(answer.ToArray());
        var body = text[(text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        Assert.Equal(content, text.Contains("chunked", StringComparison.Ordinal) ? Unchunked(body) : body);
    }

    [Fact]
    public async Task Upload_SlowerThanTheActivityTimeout_GoesThroughAsLongAsItMoves()
    {
        await using var app = new FramedApp();
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["forward.activity_timeout=2s"] });
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);

        await connection.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\nConnection: close\r\n\r\n");
        for (var i = 0; i < 8; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken);
            await connection.SendAsync("x");
        }

        Assert.StartsWith("HTTP/1.1 200 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal("xxxxxxxx", Assert.Single(app.Take()).Body);
    }

    [Theory]
    [InlineData("GET", 2, 200)]
    [InlineData("POST", 1, 502)]
    public async Task Request_AppGaveTheConnectionUp_IsSentAgainOnlyIfThatIsSafe(string method, int sent, int status)
    {
        var connections = 0;
        await using var app = new ScriptedApp(async (head, stream, cancellation) =>
        {
            var isFirst = Interlocked.Increment(ref connections) == 1;
            heads.Enqueue(head);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Ok), cancellation);
            heads.Enqueue(await ReadHeadAsync(stream, cancellation));
            // The first connection ends here, under the second request.
            await Task.Delay(isFirst ? 0 : Timeout.Infinite, cancellation);
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);
        await connection.SendAsync("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
        await connection.ReadUntilAsync("\r\n\r\nok");

        await connection.SendAsync($"{method} /second HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        var answer = (await connection.ReadToEndAsync())[(connection.Received.IndexOf("\r\n\r\nok", StringComparison.Ordinal) + 6)..];

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Equal(sent, heads.Count(static head => head.Contains("/second", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Upload_AnsweredInTheMiddle_TheClientSeesTheAnswer()
    {
        await using var app = Serving("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno!");
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);

        await connection.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nsome of it");

        await connection.ReadUntilAsync("no!");
        Assert.StartsWith("HTTP/1.1 413 ", connection.Received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_AndAnswer_GoBothWaysAtOnce()
    {
        await using var app = new ScriptedApp(static async (_, stream, cancellation) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), cancellation);
            var buffer = new byte[100];
            while (await stream.ReadAsync(buffer, cancellation) is > 0 and var count && !buffer.AsSpan(0, count).SequenceEqual("0\r\n\r\n"u8))
            {
                await stream.WriteAsync(buffer.AsMemory(0, count), cancellation);
            }

            await stream.WriteAsync("0\r\n\r\n"u8.ToArray(), cancellation);
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);

        await connection.SendAsync("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
        await connection.ReadUntilAsync("\r\n\r\n");
        foreach (var word in (string[])["one", "two", "six"])
        {
            await connection.SendAsync($"3\r\n{word}\r\n");
            await connection.ReadUntilAsync(word);
        }

        await connection.SendAsync("0\r\n\r\n");
        Assert.EndsWith("0\r\n\r\n", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_WithTrailers_PassesWhatMeansNothingInAHead()
    {
        var body = new TaskCompletionSource<string>();
        await using var app = new ScriptedApp(async (_, stream, cancellation) =>
        {
            var read = "";
            var buffer = new byte[1024];
            while (!read.EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                read += Encoding.Latin1.GetString(buffer, 0, await stream.ReadAsync(buffer, cancellation));
            }

            body.SetResult(read);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(Ok), cancellation);
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });

        await AskAsync(
            sidecar,
            "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, Content-Length, Sidecar-Ticket, X-Forwarded-For\r\nConnection: close\r\n\r\n"
            + "3\r\nabc\r\n0\r\nX-Sum: 1\r\nX-Unannounced: 2\r\nContent-Length: 3\r\nSidecar-Ticket: 4\r\nX-Forwarded-For: 5\r\n\r\n");

        Assert.EndsWith("0\r\nX-Sum: 1\r\nX-Unannounced: 2\r\n\r\n", await body.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task<string> AskAsync(SidecarProcess sidecar, string request)
    {
        await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);
        await connection.SendAsync(request);
        await connection.ReadUntilAsync("\r\n\r\n");
        return await connection.ReadToEndAsync();
    }

    private static byte[] PatternOf(int length)
    {
        var pattern = new byte[length];
        for (var i = 0; i < length; i++)
        {
            // Letters only, so that no line of it looks like a chunk's.
            pattern[i] = (byte)('g' + (i % 17));
        }

        return pattern;
    }

    private static string Unchunked(string body)
    {
        var content = new StringBuilder();
        for (var at = 0; ;)
        {
            var end = body.IndexOf("\r\n", at, StringComparison.Ordinal);
            var size = Convert.ToInt32(body[at..end], 16);
            if (size == 0)
            {
                Assert.Equal("\r\n\r\n", body[end..]);
                return content.ToString();
            }

            content.Append(body, end + 2, size);
            at = end + 2 + size + 2;
        }
    }

    private static async Task<string> ReadHeadAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, cancellation);
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    private ScriptedApp Serving(string answer) => new(async (head, stream, cancellation) =>
    {
        heads.Enqueue(head);
        await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), cancellation);
    });
}
