using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Sidecar.Loop;

/// <summary>Gives Kestrel connections whose sockets the loops serve. Accepting is rare enough for the runtime's own sockets.</summary>
internal sealed class LoopListeners(IMemoryPoolFactory<byte> memory) : IConnectionListenerFactory
{
    private const int Backlog = 512;

    /// <summary>Before the next try where there is no descriptor left for a client, who waits in the backlog: asking again at once would take the processor from those whose end would free one.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.Listen(Backlog);
            return new(new LoopListener(socket, memory.Create()));
        }
        catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            throw new AddressInUseException(taken.Message, taken);
        }
    }

    private sealed class LoopListener(Socket socket, MemoryPool<byte> memory) : IConnectionListener
    {
        public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                try
                {
                    var accepted = await socket.AcceptAsync(cancellationToken);
                    if (accepted.LocalEndPoint is IPEndPoint)
                    {
                        accepted.NoDelay = true;
                    }

                    var connection = new LoopConnection(accepted, memory);
                    connection.Start();
                    return connection;
                }
                catch (Exception ended) when (ended is ObjectDisposedException or SocketException { SocketErrorCode: SocketError.OperationAborted })
                {
                    return null;
                }
                catch (SocketException full) when (full.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
                {
                    await Task.Delay(Pause, CancellationToken.None);
                }
                catch (SocketException)
                {
                    // A client that went away before it was let in.
                }
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            memory.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
