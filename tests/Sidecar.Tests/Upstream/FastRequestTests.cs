using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

/// <summary>What the fast path sends on, byte for byte.</summary>
public sealed class FastRequestTests
{
    private const string Added = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: app\r\n\r\n";

    public static TheoryData<string, string> Sent => new()
    {
        { "GET / HTTP/1.1\r\nHost: app\r\n\r\n", "GET / HTTP/1.1\r\nHost: app\r\n" + Added },
        { "OPTIONS /a/b.c?d=%41&e=/../ HTTP/1.1\r\nHost: app\r\n\r\n", "OPTIONS /a/b.c?d=%41&e=/../ HTTP/1.1\r\nHost: app\r\n" + Added },

        // Order and spelling are the client's.
        { "GET / HTTP/1.1\r\nx-b: 1\r\nHOST:app\r\nX-B: 2\r\nX-Empty:\r\nx-latin: \u00e9\r\n\r\n", "GET / HTTP/1.1\r\nx-b: 1\r\nHOST:app\r\nX-B: 2\r\nX-Empty:\r\nx-latin: \u00e9\r\n" + Added },

        // What is said to this server stays here, wherever it stands and however often.
        { "GET / HTTP/1.1\r\nConnection: keep-alive\r\nHost: app\r\nA: 1\r\n\r\n", "GET / HTTP/1.1\r\nHost: app\r\nA: 1\r\n" + Added },
        { "GET / HTTP/1.1\r\nHost: app\r\nA: 1\r\nconnection:Keep-Alive\r\nB: 2\r\nCONNECTION: keep-alive\r\n\r\n", "GET / HTTP/1.1\r\nHost: app\r\nA: 1\r\nB: 2\r\n" + Added },

        // The peer is named behind whom the client names, in that line's place; what else is known is not said again.
        { "GET / HTTP/1.1\r\nA: 1\r\nx-forwarded-for:10.0.0.1, 10.0.0.2\r\nHost: app\r\n\r\n", "GET / HTTP/1.1\r\nA: 1\r\nx-forwarded-for: 10.0.0.1, 10.0.0.2, 192.0.2.1\r\nHost: app\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: app\r\n\r\n" },
        { "GET / HTTP/1.1\r\nHost: app\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: other\r\n\r\n", "GET / HTTP/1.1\r\nHost: app\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: other\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n" },
        { "GET / HTTP/1.1\r\nHost: app\r\nForwarded: for=x\r\nX-Real-IP: 1.2.3.4\r\nX-Forwarded-Prefix: /x\r\n\r\n", "GET / HTTP/1.1\r\nHost: app\r\nForwarded: for=x\r\nX-Real-IP: 1.2.3.4\r\nX-Forwarded-Prefix: /x\r\n" + Added },

        // Cookies that are the app's.
        { "GET / HTTP/1.1\r\nHost: app\r\nCookie: a-b=1; sidecar=x; side-car-flow=2\r\nCookie: c=3\r\n\r\n", "GET / HTTP/1.1\r\nHost: app\r\nCookie: a-b=1; sidecar=x; side-car-flow=2\r\nCookie: c=3\r\n" + Added },

        // The body follows the head, whatever it holds.
        { "POST /x HTTP/1.1\r\nContent-Length: 9\r\nHost: app\r\n\r\na\r\n\r\n\0\u00ffbc", "POST /x HTTP/1.1\r\nContent-Length: 9\r\nHost: app\r\n" + Added + "a\r\n\r\n\0\u00ffbc" },
        { "DELETE /x HTTP/1.1\r\nHost: app\r\ncontent-length:0\r\n\r\n", "DELETE /x HTTP/1.1\r\nHost: app\r\ncontent-length:0\r\n" + Added },
    };

    [Theory]
    [MemberData(nameof(Sent))]
    public void Read_PlainRequest_IsSentOnAsItCame(string received, string sent)
    {
        var client = new FastReading();

        Assert.Equal(FastVerdict.Plain, client.Read(received));
        Assert.Equal(sent, client.Sent);
        Assert.Equal((received.Length, received.Split(' ')[0]), (client.Length, client.Method));
    }

    [Theory]
    [MemberData(nameof(Sent))]
    public void Read_MoreBehindIt_LeavesThatAlone(string received, string sent)
    {
        var client = new FastReading();

        Assert.Equal(FastVerdict.Plain, client.Read(received + "\0\r\n\r\nGET /v1/user/forget/otp"));
        Assert.Equal((sent, received.Length), (client.Sent, client.Length));
    }

    /// <summary>What came of a head is never more than begun, and what came of a body leaves the request to whoever can wait for it.</summary>
    [Theory]
    [MemberData(nameof(Sent))]
    public void Read_CutAnywhere_WaitsForTheHeadAndLendsForTheBody(string received, string sent)
    {
        Assert.EndsWith(received.Split("\r\n\r\n", 2)[1], sent, StringComparison.Ordinal);
        var head = received.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        for (var cut = 0; cut < received.Length; cut++)
        {
            var client = new FastReading();
            Assert.Equal((cut, cut < head ? FastVerdict.Incomplete : FastVerdict.Lent), (cut, client.Read(received[..cut])));
            Assert.Equal(cut < head ? 0 : received.Length, client.Length);
        }
    }

    [Fact]
    public void Read_OneRequestAfterTheOther_KnowsNothingOfTheLast()
    {
        var client = new FastReading();
        client.Read("POST /x HTTP/1.1\r\nHost: first\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: h\r\nContent-Length: 3\r\nTE: trailers\r\n\r\nabc");

        Assert.Equal(FastVerdict.Plain, client.Read("GET / HTTP/1.1\r\nHost: app\r\n\r\n"));
        Assert.Equal("GET / HTTP/1.1\r\nHost: app\r\n" + Added, client.Sent);
        Assert.Equal(FastVerdict.Lent, client.Read("GET / HTTP/1.1\r\n\r\n"));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: app\r\n\r\n", true)]
    [InlineData("HEAD / HTTP/1.1\r\nHost: app\r\nContent-Length: 0\r\n\r\n", true)]
    [InlineData("OPTIONS / HTTP/1.1\r\nHost: app\r\n\r\n", true)]
    [InlineData("GET / HTTP/1.1\r\nHost: app\r\nContent-Length: 1\r\n\r\nx", false)]
    [InlineData("POST / HTTP/1.1\r\nHost: app\r\n\r\n", false)]
    [InlineData("PUT / HTTP/1.1\r\nHost: app\r\nContent-Length: 0\r\n\r\n", false)]
    [InlineData("DELETE / HTTP/1.1\r\nHost: app\r\n\r\n", false)]
    [InlineData("PATCH / HTTP/1.1\r\nHost: app\r\n\r\n", false)]
    public void IsRepeatable_SafeAndWithoutABody_IsTrue(string received, bool expected)
    {
        var client = new FastReading();

        Assert.Equal(FastVerdict.Plain, client.Read(received));
        Assert.Equal(expected, client.IsRepeatable);
    }

    [Theory]
    [InlineData("app.example.org:8080")]
    [InlineData("192.0.2.7")]
    [InlineData("a-B.9:1")]
    [InlineData("app:65535")]
    public void Read_UsualHost_IsForwardedAsWritten(string host)
    {
        var client = new FastReading(isHttps: true, peer: "2001:db8::1");

        Assert.Equal(FastVerdict.Plain, client.Read($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        Assert.EndsWith($"\r\nX-Forwarded-For: 2001:db8::1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: {host}\r\n\r\n", client.Sent, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_HeadOfTheMostBytes_IsPlainAndOneMoreIsLeft()
    {
        var client = new FastReading();
        var most = Padded(FastRequest.MostBytes);

        Assert.Equal(FastVerdict.Plain, client.Read(most));
        Assert.Equal(FastVerdict.Incomplete, client.Read(most[..^1]));
        Assert.Equal(FastVerdict.Left, client.Read(Padded(FastRequest.MostBytes + 1)));
        Assert.Equal(FastVerdict.Left, client.Read(Padded(FastRequest.MostBytes + 5)[..FastRequest.MostBytes]));
        Assert.Equal(FastVerdict.Plain, client.Read(most.Replace("X: a", "Content-Length: 90000\r\nX: ", StringComparison.Ordinal).Remove(1000, "Content-Length: 90000\r".Length) + new string('b', 90_000)));
    }

    private static string Padded(int bytes)
    {
        const string Before = "GET / HTTP/1.1\r\nHost: app\r\nX: ", After = "\r\n\r\n";
        return Before + new string('a', bytes - Before.Length - After.Length) + After;
    }
}
