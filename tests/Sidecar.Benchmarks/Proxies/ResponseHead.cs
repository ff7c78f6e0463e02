using System.Buffers.Text;
using System.Text;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>As much of a response head as a load generator must understand: that all is well, and where the answer ends.</summary>
/// <param name="Length">Bytes up to and with the empty line; 0 while it is not all there.</param>
/// <param name="Status">The status code.</param>
/// <param name="ContentLength">The body's length; -1 where the head names none.</param>
internal readonly record struct ResponseHead(int Length, int Status, long ContentLength)
{
    private static readonly byte[] Line = Encoding.ASCII.GetBytes("\r\ncontent-length:");

    public static ResponseHead Read(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return default;
        }

        var head = bytes[..(end + 2)];
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[9..], out int status, out _))
        {
            throw new InvalidDataException("That is no answer in HTTP/1.1.");
        }

        long length = -1;
        for (var rest = head; rest.IndexOf("\r\n"u8) is >= 0 and var next; rest = rest[(next + 2)..])
        {
            var field = rest[next..];
            if (field.Length > Line.Length && Ascii.EqualsIgnoreCase(field[..Line.Length], Line))
            {
                _ = Utf8Parser.TryParse(field[Line.Length..].TrimStart((byte)' '), out length, out _);
                break;
            }
        }

        return new(end + 4, status, length);
    }
}
