using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Sidecar.Loop;

/// <summary>
/// A loop's socket for those who know streams alone: HttpClient, and TLS under it. One may read while another writes. What the socket
/// fails with is told as they expect it, because HttpClient decides by that what it may send again.
/// </summary>
/// <param name="socket">What it reads, writes and disposes of.</param>
internal sealed class LoopStream(IStreamSocket socket) : Stream
{
    private int _isDisposed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>What there is, once there is something; 0 at the end. Without room it waits for either. Who cancels it ends the connection.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.CanBeCanceled)
        {
            return ReadOrEndAsync(buffer, cancellationToken);
        }

        var receiving = socket.ReceiveAsync(buffer);
        return receiving.IsCompletedSuccessfully ? receiving : ReadAsync(receiving);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Ends when the kernel has all of it. Who cancels it ends the connection, of which nobody knows then how much went out.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.CanBeCanceled)
        {
            return WriteOrEndAsync(buffer, cancellationToken);
        }

        if (buffer.IsEmpty)
        {
            return default;
        }

        var sending = socket.SendAsync(buffer);
        return !sending.IsCompletedSuccessfully ? WriteRestAsync(sending, buffer)
            : sending.Result is var sent && sent == buffer.Length ? default
            : WriteRestAsync(new(sent), buffer);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Nothing is held back.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>From any thread; who waits fails, elsewhere. Says goodbye first, where a mere end with a read pending would be a reset in the server's log.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            try
            {
                socket.Shutdown();
            }
            catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
            {
                // The server was faster.
            }

            socket.Dispose();
        }

        base.Dispose(disposing);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> ReadAsync(ValueTask<int> receiving)
    {
        try
        {
            return await receiving;
        }
        catch (SocketException gone)
        {
            throw Told(gone);
        }
    }

    private async ValueTask<int> ReadOrEndAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var cancellation = EndWith(cancellationToken);
        try
        {
            var count = await ReadAsync(buffer, CancellationToken.None);
            if (count == 0 && !buffer.IsEmpty)
            {
                // Its end may be the one that was made here.
                cancellationToken.ThrowIfCancellationRequested();
            }

            return count;
        }
        catch (IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    private async ValueTask WriteRestAsync(ValueTask<int> sending, ReadOnlyMemory<byte> buffer)
    {
        try
        {
            buffer = buffer[await sending..];
            while (!buffer.IsEmpty)
            {
                buffer = buffer[await socket.SendAsync(buffer)..];
            }
        }
        catch (SocketException gone)
        {
            throw Told(gone);
        }
    }

    private async ValueTask WriteOrEndAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var cancellation = EndWith(cancellationToken);
        try
        {
            await WriteAsync(buffer, CancellationToken.None);
        }
        catch (IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    private CancellationTokenRegistration EndWith(CancellationToken cancellationToken) =>
        cancellationToken.UnsafeRegister(static stream => ((LoopStream)stream!).Dispose(), this);

    private static IOException Told(SocketException gone) => new(gone.Message, gone);
}
