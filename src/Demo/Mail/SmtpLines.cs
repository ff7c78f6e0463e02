using System.Buffers;
using System.IO.Pipelines;

namespace Sidecar.Demo.Mail;

internal enum SmtpLineKind
{
    /// <summary>A line; its bytes come without the CRLF.</summary>
    Line,

    /// <summary>Longer than RFC 5321 allows; it was skipped whole.</summary>
    TooLong,

    /// <summary>A CR or LF that is not part of CRLF (RFC 5321, 2.3.8).</summary>
    BareNewline,

    /// <summary>The client is gone.</summary>
    End,
}

/// <summary>Cuts the stream into lines within the limits of RFC 5321, without ever holding more than one.</summary>
internal sealed class SmtpLines(PipeReader reader)
{
    /// <param name="limit">Octets including CRLF.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<(SmtpLineKind Kind, byte[] Bytes)> ReadAsync(int limit, CancellationToken cancellationToken)
    {
        var skipped = false;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (buffer.PositionOf((byte)'\n') is { } newline)
            {
                var line = buffer.Slice(0, newline);
                var answer = skipped || line.Length + 1 > limit ? (SmtpLineKind.TooLong, []) : WithoutCarriageReturn(line);
                reader.AdvanceTo(buffer.GetPosition(1, newline));
                return answer;
            }

            if (buffer.Length > limit)
            {
                skipped = true;
                reader.AdvanceTo(buffer.End);
            }
            else
            {
                reader.AdvanceTo(buffer.Start, buffer.End);
            }

            if (result.IsCompleted)
            {
                return (SmtpLineKind.End, []);
            }
        }
    }

    private static (SmtpLineKind, byte[]) WithoutCarriageReturn(in ReadOnlySequence<byte> line)
    {
        var bytes = line.ToArray();
        return Array.IndexOf(bytes, (byte)'\r') == bytes.Length - 1 && bytes.Length > 0 ? (SmtpLineKind.Line, bytes[..^1]) : (SmtpLineKind.BareNewline, []);
    }
}
