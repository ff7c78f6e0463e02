using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Sidecar.Loop;

/// <summary>
/// A connected socket that a loop serves. It asks the kernel only when the kernel has said that there is something, and not again
/// after an answer that was shorter than it could be; so no read ever finds nothing.
/// </summary>
internal sealed class LoopSocket : IStreamSocket
{
    private readonly Socket _socket;
    private readonly EventLoop _loop;
    private readonly LoopWait _reading;
    private readonly LoopWait _writing;
    private int _isDisposed;

    private LoopSocket(Socket socket, EventLoop loop, bool isConnected)
    {
        (_socket, _loop) = (socket, loop);
        _reading = new(socket, loop, isSend: false);
        _writing = new(socket, loop, isSend: true) { IsReady = isConnected };
        socket.Blocking = false;
        loop.Add(this);
    }

    /// <summary>The loop's name for it.</summary>
    public long Key { get; set; }

    public bool IsNear => _loop.IsHere;

    public SafeSocketHandle Handle => _socket.SafeHandle;

    /// <summary>A socket that is connected, and that nobody has waited on yet.</summary>
    public static LoopSocket Of(Socket connected) => new(connected, EventLoop.Current, isConnected: true);

    public static async ValueTask<IStreamSocket> ConnectAsync(EndPoint server, CancellationToken cancellationToken)
    {
        if (server is not DnsEndPoint { Host: var host, Port: var port })
        {
            return await ConnectToAsync(server, cancellationToken);
        }

        SocketException? failure = null;
        foreach (var address in await Dns.GetHostAddressesAsync(host, cancellationToken))
        {
            try
            {
                return await ConnectToAsync(new IPEndPoint(address, port), cancellationToken);
            }
            catch (SocketException error)
            {
                failure = error;
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostNotFound);
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> bytes) => _reading.RunAsync(bytes);

    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes) => _writing.RunAsync(MemoryMarshal.AsMemory(bytes));

    /// <summary>Lets whoever waits to send go on without, with <see cref="SocketError.Interrupted"/>.</summary>
    public void InterruptSend() => _writing.Interrupt();

    public void Shutdown() => _socket.Shutdown(SocketShutdown.Both);

    /// <summary>Ends it so that the peer cannot take it for a regular end.</summary>
    public void Reset()
    {
        try
        {
            _socket.LingerState = new(true, 0);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // It has been ended already.
        }

        Dispose();
    }

    /// <summary>From any thread; who waits on it fails, elsewhere.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _loop.Remove(this);
            _socket.Dispose();
            _reading.Abort();
            _writing.Abort();
        }
    }

    /// <summary>What the loop has heard of it.</summary>
    public void Hear(uint mask)
    {
        var isEnding = (mask & Epoll.Ending) != 0;
        if (isEnding || (mask & Epoll.In) != 0)
        {
            _reading.Hear(isEnding);
        }

        if (isEnding || (mask & Epoll.Out) != 0)
        {
            _writing.Hear(isEnding);
        }
    }

    private static async ValueTask<LoopSocket> ConnectToAsync(EndPoint server, CancellationToken cancellationToken)
    {
        if (server is not IPEndPoint ip)
        {
            // Between processes of one machine this ends at once or not at all, and leaves nothing with the runtime's own loop.
            var local = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await local.ConnectAsync(server, cancellationToken);
                return Of(local);
            }
            catch
            {
                local.Dispose();
                throw;
            }
        }

        var socket = new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, Blocking = false };
        try
        {
            socket.Connect(ip);
            return Of(socket);
        }
        catch (SocketException pending) when (pending.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            var connecting = new LoopSocket(socket, EventLoop.Current, isConnected: false);
            await using var cancellation = cancellationToken.UnsafeRegister(static socket => ((LoopSocket)socket!).Dispose(), connecting);
            try
            {
                // Nothing can be sent, not even nothing, before there is a connection.
                await connecting.SendAsync(ReadOnlyMemory<byte>.Empty);
                return connecting;
            }
            catch
            {
                connecting.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                throw;
            }
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
