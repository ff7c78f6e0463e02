using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Sidecar.Loop;

/// <summary>
/// What Kestrel writes to a client, sent by whoever flushes it, in one piece however large. With a pipe in between there would be
/// another task, a lock on either side, and a call for each of its blocks of 4 KiB. Kestrel writes nothing while a flush goes on.
/// </summary>
internal sealed class LoopOutput(LoopSocket socket, Action<SocketException> fail) : PipeWriter
{
    /// <summary>Most answers; the room that was used last is the one that is lent next, and still in the processor's cache.</summary>
    private const int FirstBytes = 4 * 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private Task<FlushResult>? _flushing;

    public override bool CanGetUnflushedBytes => true;

    public override long UnflushedBytes => _end - _start;

    private ReadOnlyMemory<byte> Unsent => _bytes.AsMemory(_start, _end - _start);

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        MakeRoom(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(_end);
    }

    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        MakeRoom(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(_end);
    }

    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_bytes.Length - _end));
        _end += bytes;
    }

    /// <summary>Over when the kernel has all of it; a client that reads slowly holds up whoever writes.</summary>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_start == _end)
        {
            return default;
        }

        var sending = socket.SendAsync(Unsent);
        if (!sending.IsCompletedSuccessfully)
        {
            return new(_flushing = FlushAsync(sending, cancellationToken));
        }

        _start += sending.Result;
        if (_start < _end)
        {
            return new(_flushing = FlushAsync(socket.SendAsync(Unsent), cancellationToken));
        }

        Release();
        return default;
    }

    /// <summary>Whoever waits for a flush goes on, and what was not sent is kept.</summary>
    public override void CancelPendingFlush() => socket.InterruptSend();

    /// <summary>Nothing is written any more; what was is still sent, by <see cref="FinishAsync"/>.</summary>
    public override void Complete(Exception? exception = null)
    {
    }

    /// <summary>Waits until all that was written has gone, or cannot go.</summary>
    public async ValueTask FinishAsync()
    {
        if (_flushing is { } flushing)
        {
            // Whoever awaited it has heard how it ended.
            await ((Task)flushing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        while ((await FlushAsync(CancellationToken.None)).IsCanceled)
        {
            // Nobody waits for this any more who could be let go.
        }

        Release();
    }

    private async Task<FlushResult> FlushAsync(ValueTask<int> sending, CancellationToken cancellationToken)
    {
        using var cancellation = cancellationToken.UnsafeRegister(static socket => ((LoopSocket)socket!).InterruptSend(), socket);
        try
        {
            _start += await sending;
            while (_start < _end)
            {
                _start += await socket.SendAsync(Unsent);
            }
        }
        catch (SocketException interrupted) when (interrupted.SocketErrorCode == SocketError.Interrupted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(isCanceled: true, isCompleted: false);
        }
        catch (SocketException gone)
        {
            fail(gone);
            Release();
            return new(isCanceled: false, isCompleted: true);
        }

        Release();
        return default;
    }

    private void MakeRoom(int count)
    {
        if (_bytes.Length - _end >= count)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBytes, UnflushedBytes == 0 ? count : Math.Max(_bytes.Length * 2, _end - _start + count)));
        Unsent.CopyTo(larger);
        (_start, _end) = (0, _end - _start);
        (var smaller, _bytes) = (_bytes, larger);
        Lend(smaller);
    }

    private void Release()
    {
        (_start, _end) = (0, 0);
        Lend(_bytes);
        _bytes = [];
    }

    private static void Lend(byte[] bytes)
    {
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
