using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sidecar.FunctionalTests.Hosting;

public sealed class RawHttpTests : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);

    public RawHttpTests() => listener.Start();

    private Uri Server => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    [Fact]
    public async Task Send_OddMethodTargetAndHeaders_GoAsWritten()
    {
        var seen = AnswerOnceAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        await RawHttp.SendAsync(
            new(Server, "FOO", "//v1/./user%2fforget?email=%FF&email=b") { Headers = [new("X", "1"), new("X", "2")], Body = "{}"u8.ToArray() },
            TestContext.Current.CancellationToken);

        Assert.Equal(
            $"FOO //v1/./user%2fforget?email=%FF&email=b HTTP/1.1\r\nX: 1\r\nX: 2\r\nHost: {Server.Authority}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n",
            await seen);
    }

    [Theory]
    [InlineData("Content-Length: 5\r\n\r\nhello, more")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n")]
    [InlineData("\r\nhello")]
    public async Task Send_AnyFraming_ReadsTheBody(string rest)
    {
        var seen = AnswerOnceAsync("HTTP/1.1 404 Not Found\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n" + rest);

        var answer = await RawHttp.SendAsync(new(Server, "GET", "/"), TestContext.Current.CancellationToken);

        Assert.Equal(404, answer.Status);
        Assert.Equal("hello", Encoding.ASCII.GetString(answer.Body));
        Assert.Equal(["a=1", "b=2"], answer.Values("set-cookie"));
        await seen;
    }

    [Fact]
    public async Task Send_AnsweredBeforeTheBodyIsThrough_ReadsTheAnswer()
    {
        var seen = AnswerOnceAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");

        var answer = await RawHttp.SendAsync(new(Server, "POST", "/") { Body = new byte[32 << 20] }, TestContext.Current.CancellationToken);

        Assert.Equal("no", Encoding.ASCII.GetString(answer.Body));
        await seen;
    }

    [Fact]
    public async Task Send_Head_HasNoBodyWhateverItsLengthSays()
    {
        var seen = AnswerOnceAsync("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n");

        Assert.Empty((await RawHttp.SendAsync(new(Server, "HEAD", "/"), TestContext.Current.CancellationToken)).Body);
        await seen;
    }

    public void Dispose() => listener.Dispose();

    /// <summary>Reads a head, answers, and hangs up; the head as it came.</summary>
    private async Task<string> AnswerOnceAsync(string answer)
    {
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append((char)stream.ReadByte());
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
        return head.ToString();
    }
}
