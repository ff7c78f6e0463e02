using System.Buffers;
using System.IO.Pipelines;

namespace Sidecar.Upstream;

/// <summary>The bytes of one request, and then an end.</summary>
/// <param name="input">What a client sends.</param>
/// <param name="length">How much of it is the request.</param>
internal sealed class LentInput(PipeReader input, long length) : PipeReader
{
    private long _left = length;
    private ReadOnlySequence<byte> _shown;

    /// <summary>Whether more was asked for than there is.</summary>
    public bool IsReturned { get; private set; }

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => End() ?? Show(await input.ReadAsync(cancellationToken));

    public override bool TryRead(out ReadResult result)
    {
        if (End() is { } end)
        {
            result = end;
            return true;
        }

        var isRead = input.TryRead(out result);
        result = isRead ? Show(result) : result;
        return isRead;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_left > 0)
        {
            _left -= _shown.Slice(0, consumed).Length;
            input.AdvanceTo(consumed, examined);
        }
    }

    /// <summary>Only what is lent: behind it whoever waits is the owner.</summary>
    public override void CancelPendingRead()
    {
        if (_left > 0)
        {
            input.CancelPendingRead();
        }
    }

    public override void Complete(Exception? exception = null)
    {
    }

    private ReadResult? End()
    {
        if (_left > 0)
        {
            return null;
        }

        IsReturned = true;
        return new(default, isCanceled: false, isCompleted: true);
    }

    private ReadResult Show(ReadResult read)
    {
        _shown = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, _left));
        return new(_shown, read.IsCanceled, read.IsCompleted);
    }
}
