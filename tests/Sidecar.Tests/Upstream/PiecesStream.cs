using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

/// <summary>Bytes that come in pieces of given lengths, over and over, as a network would have them.</summary>
internal sealed class PiecesStream(byte[] bytes, int[] pieces) : ReadingStream(Null)
{
    private int _given;
    private int _turn;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = Math.Min(Math.Min(buffer.Length, pieces[_turn++ % pieces.Length]), bytes.Length - _given);
        bytes.AsSpan(_given, count).CopyTo(buffer.Span);
        _given += count;
        return new(count);
    }
}
