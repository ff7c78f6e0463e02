using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

/// <summary>What is not plain: lent for one request where nobody can doubt its end, and left for good where somebody could.</summary>
public sealed class FastVerdictTests
{
    private const string Line = "POST /x HTTP/1.1\r\n";
    private const string Host = "Host: app\r\n";

    [Theory]
    // Two readings of where it ends.
    [InlineData(Line + Host + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData(Line + Host + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd")]
    [InlineData(Line + Host + "Content-Length: 3, 3\r\n\r\nabc")]
    [InlineData(Line + Host + "Content-Length: +3\r\n\r\nabc")]
    [InlineData(Line + Host + "Content-Length: -3\r\n\r\nabc")]
    [InlineData(Line + Host + "Content-Length: 3 0\r\n\r\nabc")]
    [InlineData(Line + Host + "Content-Length: 0x3\r\n\r\nabc")]
    [InlineData(Line + Host + "Content-Length: 3.0\r\n\r\nabc")]
    [InlineData(Line + Host + "Content-Length: 3e0\r\n\r\nabc")]
    [InlineData(Line + Host + "Content-Length:\r\n\r\n")]
    [InlineData(Line + Host + "Content-Length: 9223372036854775808\r\n\r\n")]
    [InlineData(Line + Host + "Content-Length: 9223372036854775807\r\n\r\nabc")]
    [InlineData(Line + Host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData(Line + Host + "transfer-encoding:identity\r\nContent-Length: 3\r\n\r\nabc")]
    [InlineData(Line + Host + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")]
    [InlineData(Line + Host + "Upgrade: h2c\r\n\r\n")]
    [InlineData(Line + Host + "Connection: close, X-Hop\r\n\r\n")]
    [InlineData(Line + Host + "Connection:\r\n\r\n")]
    // Lines that some servers end, join or cut elsewhere.
    [InlineData(Line + Host + "A: 1\r\n folded\r\n\r\n")]
    [InlineData(Line + Host + "A: 1\r\n\tfolded: 1\r\n\r\n")]
    [InlineData(Line + " Folded: 1\r\n" + Host + "\r\n")]
    [InlineData(Line + Host + "A: 1\nB: 2\r\n\r\n")]
    [InlineData(Line + Host + "A: 1\n\nB: 2\r\n\r\n")]
    [InlineData(Line + Host + "A: 1\rB: 2\r\n\r\n")]
    [InlineData(Line + Host + "A: 1\r\r\n\r\n")]
    [InlineData(Line + Host + "A: \0\r\n\r\n")]
    [InlineData(Line + Host + "A: \x1b\r\n\r\n")]
    [InlineData(Line + Host + "A: \x7f\r\n\r\n")]
    [InlineData(Line + Host + "A : 1\r\n\r\n")]
    [InlineData(Line + Host + "A\t: 1\r\n\r\n")]
    [InlineData(Line + Host + "Content-Length : 3\r\n\r\nabc")]
    [InlineData(Line + Host + ": 1\r\n\r\n")]
    [InlineData(Line + Host + "A\r\n\r\n")]
    [InlineData(Line + Host + "A(b): 1\r\n\r\n")]
    [InlineData(Line + Host + "\u00c4: 1\r\n\r\n")]
    [InlineData("POST /x HTTP/1.1\n" + Host + "\r\n")]
    [InlineData("\r\nPOST /x HTTP/1.1\r\n" + Host + "\r\n")]
    // Lines that are another protocol's, or another version's.
    [InlineData("POST /x HTTP/1.0\r\n" + Host + "\r\n")]
    [InlineData("POST /x HTTP/2.0\r\n" + Host + "\r\n")]
    [InlineData("POST /x http/1.1\r\n" + Host + "\r\n")]
    [InlineData("POST /x HTTP/1.1 \r\n" + Host + "\r\n")]
    [InlineData("POST /x\r\n" + Host + "\r\n")]
    [InlineData("POST\t/x HTTP/1.1\r\n" + Host + "\r\n")]
    [InlineData(" POST /x HTTP/1.1\r\n" + Host + "\r\n")]
    [InlineData("post /x HTTP/1.1\r\n" + Host + "\r\n")]
    [InlineData("TRACE /x HTTP/1.1\r\n" + Host + "\r\n")]
    [InlineData("CONNECT app:80 HTTP/1.1\r\n" + Host + "\r\n")]
    [InlineData("ODD /x HTTP/1.1\r\n" + Host + "\r\n")]
    public void Read_EndOrMeaningInDoubt_IsLeft(string received) => Assert.Equal(FastVerdict.Left, new FastReading().Read(received));

    [Theory]
    // Said to this server, or for it to refuse.
    [InlineData(Line + Host + "Connection: close\r\n")]
    [InlineData(Line + Host + "Keep-Alive: timeout=5\r\n")]
    [InlineData(Line + Host + "Proxy-Connection: keep-alive\r\n")]
    [InlineData(Line + Host + "TE: trailers\r\n")]
    [InlineData(Line + Host + "Trailer: X\r\n")]
    [InlineData(Line + Host + "Expect: 100-continue\r\n")]
    [InlineData(Line)]
    [InlineData(Line + Host + Host)]
    [InlineData(Line + Host + "host: other\r\n")]
    [InlineData(Line + "Host:\r\n")]
    [InlineData(Line + "Host: a b\r\n")]
    [InlineData(Line + "Host: a,b\r\n")]
    [InlineData(Line + "Host: a@b\r\n")]
    [InlineData(Line + "Host: a/b\r\n")]
    [InlineData(Line + "Host: [::1]\r\n")]
    [InlineData(Line + "Host: :80\r\n")]
    [InlineData(Line + "Host: a:\r\n")]
    [InlineData(Line + "Host: a:65536\r\n")]
    [InlineData(Line + "Host: a:80:80\r\n")]
    [InlineData(Line + "Host: a:+80\r\n")]
    // Changed on the way by nobody but the server's own engine.
    [InlineData(Line + Host + "Sidecar-Ticket: x\r\n")]
    [InlineData(Line + Host + "SIDECAR_TICKET: x\r\n")]
    [InlineData(Line + Host + "Sidecar-Assertion: x\r\n")]
    [InlineData(Line + Host + "x-asserted-user: x\r\n")]
    [InlineData(Line + Host + "X_Forwarded_For: x\r\n")]
    [InlineData(Line + Host + "X_Custom: x\r\n")]
    [InlineData(Line + Host + "Cookie: a=1; sidecar-flow=x\r\n")]
    [InlineData(Line + Host + "cookie: a-b=1;__Host-Sidecar-Flow=x\r\n")]
    [InlineData(Line + Host + "X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n")]
    [InlineData(Line + Host + "X-Forwarded-Proto: http\r\nX-Forwarded-Proto: https\r\n")]
    [InlineData(Line + Host + "X-Forwarded-Host: a\r\nx-forwarded-host: b\r\n")]
    // Room that some servers take for a part of the value.
    [InlineData(Line + Host + "A:\t1\r\n")]
    [InlineData(Line + Host + "A:  1\r\n")]
    [InlineData(Line + Host + "A: 1\t\r\n")]
    [InlineData(Line + Host + "A: 1 \r\n")]
    [InlineData(Line + "Host: app \r\n")]
    // Targets that are somebody else's, or spelled so that they could be.
    [InlineData("POST /v1/user/forget/otp HTTP/1.1\r\n" + Host)]
    [InlineData("POST /V1//user/%66orget/x/../otp?y HTTP/1.1\r\n" + Host)]
    [InlineData("POST http://app/x HTTP/1.1\r\n" + Host)]
    [InlineData("OPTIONS * HTTP/1.1\r\n" + Host)]
    [InlineData("POST x HTTP/1.1\r\n" + Host)]
    [InlineData("POST  HTTP/1.1\r\n" + Host)]
    [InlineData("POST  /x HTTP/1.1\r\n" + Host)]
    [InlineData("POST /x  HTTP/1.1\r\n" + Host)]
    [InlineData("POST /x y HTTP/1.1\r\n" + Host)]
    [InlineData("POST /x HTTP/1.1 HTTP/1.1\r\n" + Host)]
    [InlineData("POST /x\0 HTTP/1.1\r\n" + Host)]
    [InlineData("POST /x\r HTTP/1.1\r\n" + Host)]
    [InlineData("POST /\u00e9 HTTP/1.1\r\n" + Host)]
    [InlineData("POST /x%00 HTTP/1.1\r\n" + Host)]
    [InlineData("POST /x?%00 HTTP/1.1\r\n" + Host)]
    [InlineData("POST /x#y HTTP/1.1\r\n" + Host)]
    [InlineData("POST /x\\y HTTP/1.1\r\n" + Host)]
    [InlineData("POST /x|y HTTP/1.1\r\n" + Host)]
    public void Read_EndUndoubtedButTheServers_IsLentToItsEnd(string head)
    {
        var client = new FastReading();

        Assert.Equal(FastVerdict.Lent, client.Read(head + "\r\nGET /next HTTP/1.1\r\n"));
        Assert.Equal(head.Length + 2, client.Length);
        Assert.Equal(FastVerdict.Lent, client.Read(head + "Content-Length: 5\r\n\r\nabcdeGET"));
        Assert.Equal(head.Length + "Content-Length: 5\r\n\r\nabcde".Length, client.Length);
    }

    [Theory]
    [InlineData("X-Forwarded-For: 1.1.1.1")]
    [InlineData("X-Forwarded-Proto: https")]
    [InlineData("X-Forwarded-Host: other")]
    [InlineData("x-forwarded-prefix: /x")]
    [InlineData("Forwarded: for=1.1.1.1")]
    [InlineData("X-Real-IP: 1.1.1.1")]
    [InlineData("X-Client-IP: 1.1.1.1")]
    [InlineData("X-Cluster-Client-IP: 1.1.1.1")]
    [InlineData("True-Client-IP: 1.1.1.1")]
    public void Read_IdentityOfAStranger_IsLentWhereItIsNotBelieved(string field)
    {
        Assert.Equal(FastVerdict.Lent, new FastReading(strips: true).Read(Line + Host + field + "\r\n\r\n"));
        Assert.Equal(FastVerdict.Plain, new FastReading().Read(Line + Host + field + "\r\n\r\n"));
        Assert.Equal(FastVerdict.Plain, new FastReading(strips: true).Read(Line + Host + "X-Other: 1\r\n\r\n"));
    }

    [Fact]
    public void Read_LongTarget_IsLentAboveItsBound()
    {
        var client = new FastReading();

        Assert.Equal(FastVerdict.Plain, client.Read($"GET /{new string('a', 1023)} HTTP/1.1\r\n{Host}\r\n"));
        Assert.Equal(FastVerdict.Lent, client.Read($"GET /{new string('a', 1024)} HTTP/1.1\r\n{Host}\r\n"));
    }

    [Fact]
    public void Read_ManyLines_AreLentAboveTheirBound()
    {
        var client = new FastReading();

        Assert.Equal(FastVerdict.Plain, client.Read(Line + Host + string.Concat(Enumerable.Repeat("A: 1\r\n", 99)) + "\r\n"));
        Assert.Equal(FastVerdict.Lent, client.Read(Line + Host + string.Concat(Enumerable.Repeat("A: 1\r\n", 100)) + "\r\n"));
    }

    /// <summary>The app may read it otherwise than the server does.</summary>
    [Theory]
    [InlineData("03")]
    [InlineData("00000000000000000003")]
    public void Read_LengthWithZerosBeforeIt_IsLent(string length)
    {
        var client = new FastReading();

        Assert.Equal(FastVerdict.Lent, client.Read($"{Line}{Host}Content-Length: {length}\r\n\r\nabcGET"));
        Assert.Equal(FastVerdict.Plain, client.Read($"{Line}{Host}Content-Length: 0\r\n\r\nGET"));
    }

    [Fact]
    public void Read_LongBody_IsLentWithItsWholeLength()
    {
        var client = new FastReading();

        Assert.Equal(FastVerdict.Lent, client.Read(Line + Host + "Content-Length: 5000000000\r\n\r\nabc"));
        Assert.Equal(Line.Length + Host.Length + "Content-Length: 5000000000\r\n\r\n".Length + 5_000_000_000, client.Length);
    }

    /// <summary>Nobody waits for the rest of what will never be plain: the server says at once what is wrong with it.</summary>
    [Theory]
    [InlineData("\x16\x03\x01")]
    [InlineData("PRI * HTTP/2.0\r\n")]
    [InlineData("\r\n")]
    [InlineData("\0")]
    [InlineData("g")]
    [InlineData("GEX")]
    [InlineData("GET/")]
    [InlineData("GET\t")]
    [InlineData("OPTION ")]
    [InlineData("TRACE")]
    [InlineData("GET / HTTP/1.1\n")]
    [InlineData("GET / HTTP/1.1\r\nHost: a\n")]
    [InlineData("GET / HTTP/1.1\r\n\n")]
    public void Read_BeginsAsNone_IsLeftAtOnce(string received) => Assert.Equal(FastVerdict.Left, new FastReading().Read(received));
}
