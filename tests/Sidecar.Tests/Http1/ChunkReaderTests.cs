using System.Text;
using Sidecar.Http1;

namespace Sidecar.Tests.Http1;

public sealed class ChunkReaderTests
{
    [Theory]
    [InlineData("3\r\nabc\r\n1;ext=\"1\"\r\nd\r\n0\r\n\r\n", "abcd")]
    [InlineData("0000A \r\n0123456789\r\n00\r\n\r\n", "0123456789")]
    [InlineData("1\r\na\r\n0;last\r\nX-Sum: 1\r\nX-Other:\r\n\r\n", "a")]
    [InlineData("0\r\n\r\n", "")]
    public void Read_WholeBody_GivesItsContentAndItsEnd(string body, string content)
    {
        // In one piece, and byte by byte, with something behind it.
        Assert.Equal((body.Length, content), Read(body + "HTTP/1.1", int.MaxValue));
        Assert.Equal((body.Length, content), Read(body + "HTTP/1.1", 1));
    }

    [Theory]
    [InlineData("3\r\nab")]
    [InlineData("3\r\nabc\r\n")]
    [InlineData("0\r\nX: 1\r\n")]
    [InlineData("0\r\n")]
    public void Read_BrokenOff_IsNotDone(string body)
    {
        var chunks = new ChunkReader();
        Drain(chunks, Encoding.Latin1.GetBytes(body));

        Assert.Equal((false, false), (chunks.IsDone, chunks.IsBad));
    }

    [Theory]
    [InlineData("\r\n")]
    [InlineData("g\r\n")]
    [InlineData("-1\r\n")]
    [InlineData("+1\r\na\r\n")]
    [InlineData("0x1\r\na\r\n")]
    [InlineData(" 1\r\na\r\n")]
    [InlineData("1\na\r\n")]
    [InlineData("1\r\nab\r\n")]
    [InlineData("1\r\na\n")]
    [InlineData("1;a\nb\r\n")]
    [InlineData("1\rx")]
    [InlineData("fffffffffffffffff\r\n")]
    [InlineData("0\r\n folded\r\n\r\n")]
    [InlineData("0\r\nX: a\0b\r\n\r\n")]
    [InlineData("0\r\n\rx")]
    public void Read_NoChunks_IsBad(string body)
    {
        var chunks = new ChunkReader();
        Drain(chunks, Encoding.Latin1.GetBytes(body));

        Assert.True(chunks.IsBad);
    }

    [Fact]
    public void Read_EndlessLine_IsBad()
    {
        var chunks = new ChunkReader();
        Drain(chunks, Encoding.Latin1.GetBytes("1;" + new string('x', 10_000)));

        Assert.True(chunks.IsBad);
    }

    private static (int Consumed, string Content) Read(string body, int most)
    {
        var chunks = new ChunkReader();
        var (at, content, bytes) = (0, "", Encoding.Latin1.GetBytes(body));
        while (!chunks.IsDone && !chunks.IsBad && at < bytes.Length)
        {
            at += chunks.Read(bytes.AsSpan(at, Math.Min(most, bytes.Length - at)), out var piece);
            content += Encoding.Latin1.GetString(piece);
        }

        Assert.True(chunks.IsDone);
        return (at, content);
    }

    private static void Drain(ChunkReader chunks, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && !chunks.IsDone && !chunks.IsBad)
        {
            bytes = bytes[chunks.Read(bytes, out _)..];
        }
    }
}
