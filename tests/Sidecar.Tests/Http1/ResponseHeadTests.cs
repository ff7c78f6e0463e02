using System.Text;
using Sidecar.Http1;

namespace Sidecar.Tests.Http1;

public sealed class ResponseHeadTests
{
    private readonly ResponseHead _head = new();

    [Fact]
    public void Read_WholeHead_KeepsEveryFieldAsItCame()
    {
        Assert.Equal(HeadResult.Whole, Read("HTTP/1.1 299 Odd But Legal\r\nSet-Cookie: a=1\r\nset-cookie:\t b=\xE9 \r\nX-Empty:\r\nConnection: close, X-Empty\r\n\r\nbody", out var length));

        Assert.Equal((299, "Odd But Legal", false), (_head.Status, _head.Reason, _head.KeepsAlive));
        Assert.Equal([new("Set-Cookie", "a=1"), new("set-cookie", "b=\xE9"), new("X-Empty", ""), new("Connection", "close, X-Empty")], _head.Fields);
        Assert.Equal("close, X-Empty", _head.Connection);
        Assert.Equal("body".Length, "HTTP/1.1 299 Odd But Legal\r\nSet-Cookie: a=1\r\nset-cookie:\t b=\xE9 \r\nX-Empty:\r\nConnection: close, X-Empty\r\n\r\nbody".Length - length);
    }

    [Fact]
    public void Read_NextAnswer_MakesOnlyTheValuesThatAreNew()
    {
        Read("HTTP/1.1 200 OK\r\nServer: app/1\r\nX-A: caf\xE9\r\nX-B: 1\r\n\r\n", out _);
        var server = _head.Fields[0].Value;

        Read("HTTP/1.1 200 OK\r\nServer: app/1\r\nX-A: caf\xE9\r\nX-B: 12\r\nX-C: 1\r\n\r\n", out _);
        Assert.Equal([new("Server", "app/1"), new("X-A", "caf\xE9"), new("X-B", "12"), new("X-C", "1")], _head.Fields);
        Assert.Same(server, _head.Fields[0].Value);

        Read("HTTP/1.1 304 Not Modified\r\n\r\n", out _);
        Assert.Empty(_head.Fields);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", null, false, true)]
    [InlineData("HTTP/1.1 200\r\n\r\n", null, false, true)]
    [InlineData("HTTP/1.1 200 \n\n", null, false, true)]
    [InlineData("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", 0L, false, false)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", 12L, false, true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12\r\ncontent-length: 12\r\n\r\n", 12L, false, true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", null, true, true)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n", null, true, false)]
    public void Read_AnyFraming_SaysWhereTheBodyEnds(string text, long? length, bool isChunked, bool keepsAlive)
    {
        Assert.Equal(HeadResult.Whole, Read(text, out _));
        Assert.Equal((length, isChunked, keepsAlive), (_head.Length, _head.IsChunked, _head.KeepsAlive));
    }

    [Theory]
    [InlineData("220 mail.example ESMTP\r\n")]
    [InlineData("\x16\x03\x01")]
    [InlineData("HTTP/2 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 O\rK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX : 1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: 1\r\n folded\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: nameless\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\rb: c\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +4\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")]
    public void Read_WhatIsNoAnswerOrCouldBeTwo_IsBad(string text) => Assert.Equal(HeadResult.Bad, Read(text, out _));

    [Fact]
    public void Read_ByteByByte_IsIncompleteToTheLast()
    {
        const string Text = "HTTP/1.1 200 OK\r\nA: 1\r\n\r\n";

        Assert.All(Enumerable.Range(0, Text.Length), count => Assert.Equal(HeadResult.Incomplete, Read(Text[..count], out _)));
        Assert.Equal(HeadResult.Whole, Read(Text, out var length));
        Assert.Equal(Text.Length, length);
    }

    [Fact]
    public void Read_OverSixtyFourKibibytes_IsBad()
    {
        var line = "X: " + new string('x', 1000) + "\r\n";
        var fields = string.Concat(Enumerable.Repeat(line, 66));

        Assert.Equal(HeadResult.Bad, Read("HTTP/1.1 200 OK\r\n" + fields, out _));
        Assert.Equal(HeadResult.Bad, Read("HTTP/1.1 200 OK\r\n" + fields + "\r\n", out _));
        Assert.Equal(HeadResult.Whole, Read("HTTP/1.1 200 OK\r\n" + fields[..(60 * line.Length)] + "\r\n", out _));
    }

    [Fact]
    public void Read_Again_ForgetsTheOneBefore()
    {
        Read("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\n", out _);

        Assert.Equal(HeadResult.Whole, Read("HTTP/1.1 204 No Content\r\n\r\n", out _));
        Assert.Equal((204, null, true, null, 0), (_head.Status, _head.Length, _head.KeepsAlive, _head.Connection, _head.Fields.Count));
    }

    private HeadResult Read(string text, out int length) => _head.Read(Encoding.Latin1.GetBytes(text), out length);
}
