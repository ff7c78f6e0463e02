using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Sidecar.Loop;

/// <summary>
/// A client's connection as Kestrel wants it, over a loop's socket. It reads ahead of Kestrel as the stock transport does, so that
/// a client that went away is noticed while its request is at the app.
/// </summary>
internal sealed class LoopConnection : DefaultConnectionContext, IMemoryPoolFeature
{
    /// <summary>What is read ahead, as in the stock transport.</summary>
    private const long MostRead = 1024 * 1024;

    /// <summary>A read of more than a block of the pool: somebody uploads, and each call and each piece costs the same whatever it holds.</summary>
    private const int BulkBytes = 64 * 1024;

    /// <summary>Less room than this is left unused: a head that is cut costs a call and a wait more.</summary>
    private const int LeastRoom = 2 * 1024;

    private readonly LoopSocket _socket;
    private readonly Pipe _input;
    private readonly LoopOutput _output;
    private readonly CancellationTokenSource _closed = new();
    private readonly Lock _lock = new();
    private Exception? _reason;
    private bool _isEnded;
    private Task _receiving = Task.CompletedTask;

    public LoopConnection(Socket socket, MemoryPool<byte> memory)
    {
        MemoryPool = memory;
        (LocalEndPoint, RemoteEndPoint) = (socket.LocalEndPoint, socket.RemoteEndPoint);
        // Not from the server's pool, which lends what has lain longest: what Kestrel has just read is lent again while the processor still has it at hand.
        _input = new(new(null, PipeScheduler.Inline, PipeScheduler.Inline, MostRead, MostRead / 2, useSynchronizationContext: false));
        _socket = LoopSocket.Of(socket);
        _output = new(_socket, gone => End(Told(gone)));
        Transport = new Duplex(_input.Reader, _output);
        ConnectionClosed = _closed.Token;
        Features.Set<IMemoryPoolFeature>(this);
    }

    public MemoryPool<byte> MemoryPool { get; }

    public void Start() => _receiving = ReceiveAsync();

    public override void Abort(ConnectionAbortedException abortReason) => End(abortReason);

    public override async ValueTask DisposeAsync()
    {
        await Transport.Input.CompleteAsync();
        await Transport.Output.CompleteAsync();
        await _output.FinishAsync();
        End(null);
        await _receiving;
        await base.DisposeAsync();
    }

    private async Task ReceiveAsync()
    {
        Exception? error = null;
        try
        {
            for (var isBulk = false; ;)
            {
                var room = _input.Writer.GetMemory(isBulk ? BulkBytes : LeastRoom);
                var count = await _socket.ReceiveAsync(room);
                if (count == 0)
                {
                    break;
                }

                isBulk = count == room.Length || count > BulkBytes / 4;
                _input.Writer.Advance(count);
                if (await _input.Writer.FlushAsync() is { IsCompleted: true } or { IsCanceled: true })
                {
                    break;
                }
            }
        }
        catch (SocketException gone)
        {
            error = Told(gone);
        }

        lock (_lock)
        {
            // Who ended it here knows better why.
            error = _reason ?? error;
        }

        await _input.Writer.CompleteAsync(error);
        ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
    }

    /// <summary>Regularly without a reason; with one so that the client cannot take what it has for everything.</summary>
    private void End(Exception? reason)
    {
        lock (_lock)
        {
            if (_isEnded)
            {
                return;
            }

            (_isEnded, _reason) = (true, reason ?? new ConnectionAbortedException("All was sent."));
        }

        if (reason is not null)
        {
            _socket.Reset();
        }
        else
        {
            Close();
        }

        // What was read ahead may wait for Kestrel, which reads no more.
        _input.Writer.CancelPendingFlush();
    }

    private void Close()
    {
        try
        {
            _socket.Shutdown();
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The client was faster.
        }

        _socket.Dispose();
    }

    private static Exception Told(SocketException gone) => gone.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown ? new ConnectionResetException(gone.Message, gone) : gone;

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
