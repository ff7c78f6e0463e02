using System.Text;
using Sidecar.Benchmarks.Proxies;

namespace Sidecar.Tests.Benchmarks;

public sealed class ResponseHeadTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 12\r\n\r\n{\"code\":0", 50, 200, 12)]
    [InlineData("HTTP/1.1 502 Bad Gateway\r\ncontent-length:0\r\n\r\n", 46, 502, 0)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ncontent-length: 7\r\n\r\n", 47, 200, -1)]
    [InlineData("HTTP/1.1 200 OK\r\nX-Content-Length: 7\r\n\r\n", 40, 200, -1)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n", 0, 0, 0)]
    public void Read_Bytes_AreUnderstood(string bytes, int length, int status, long contentLength) =>
        Assert.Equal(new ResponseHead(length, status, contentLength), ResponseHead.Read(Encoding.ASCII.GetBytes(bytes)));

    [Fact]
    public void Read_SomethingElse_Throws() => Assert.Throws<InvalidDataException>(static () => ResponseHead.Read("220 relay ESMTP\r\n\r\n"u8));
}
