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
    /// <summary>As the stock transport: what is read ahead, and what is held for a client that does not read.</summary>
    private const long MostRead = 1024 * 1024;
    private const long MostHeld = 64 * 1024;

    /// <summary>A read of more than a block of the pool: somebody uploads, and each call and each piece costs the same whatever it holds.</summary>
    private const int BulkBytes = 64 * 1024;

    private readonly LoopSocket _socket;
    private readonly Pipe _input;
    private readonly Pipe _output;
    private readonly CancellationTokenSource _closed = new();
    private readonly Lock _lock = new();
    private Exception? _reason;
    private bool _isEnded;
    private Task _running = Task.CompletedTask;

    public LoopConnection(Socket socket, MemoryPool<byte> memory)
    {
        MemoryPool = memory;
        (LocalEndPoint, RemoteEndPoint) = (socket.LocalEndPoint, socket.RemoteEndPoint);
        _input = new(new(memory, PipeScheduler.Inline, PipeScheduler.Inline, MostRead, MostRead / 2, useSynchronizationContext: false));
        _output = new(new(memory, PipeScheduler.Inline, PipeScheduler.Inline, MostHeld, MostHeld / 2, useSynchronizationContext: false));
        Transport = new Duplex(_input.Reader, _output.Writer);
        Application = new Duplex(_output.Reader, _input.Writer);
        ConnectionClosed = _closed.Token;
        Features.Set<IMemoryPoolFeature>(this);
        _socket = LoopSocket.Of(socket);
    }

    public MemoryPool<byte> MemoryPool { get; }

    public void Start() => _running = Task.WhenAll(ReceiveAsync(), SendAsync());

    public override void Abort(ConnectionAbortedException abortReason)
    {
        End(abortReason);
        _output.Reader.CancelPendingRead();
    }

    public override async ValueTask DisposeAsync()
    {
        await Transport.Input.CompleteAsync();
        await Transport.Output.CompleteAsync();
        await _running;
        await base.DisposeAsync();
    }

    private async Task ReceiveAsync()
    {
        Exception? error = null;
        try
        {
            for (var isBulk = false; ;)
            {
                var room = _input.Writer.GetMemory(isBulk ? BulkBytes : 0);
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
            error = gone.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown ? new ConnectionResetException(gone.Message, gone) : gone;
        }

        lock (_lock)
        {
            // Who ended it here knows better why.
            error = _reason ?? error;
        }

        await _input.Writer.CompleteAsync(error);
        ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
    }

    private async Task SendAsync()
    {
        Exception? error = null;
        try
        {
            while (await _output.Reader.ReadAsync() is { IsCanceled: false } read)
            {
                foreach (var piece in read.Buffer)
                {
                    for (var rest = piece; !rest.IsEmpty;)
                    {
                        rest = rest[await _socket.SendAsync(rest)..];
                    }
                }

                _output.Reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (SocketException gone)
        {
            error = gone.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown ? new ConnectionResetException(gone.Message, gone) : gone;
        }

        End(error);
        // Without the reason, which the server would take for a fault of its own: a client that leaves is none.
        await _output.Reader.CompleteAsync();
        // The reader may wait for Kestrel, which reads no more.
        _input.Writer.CancelPendingFlush();
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
            return;
        }

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

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
