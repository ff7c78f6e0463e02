using System.Net;
using System.Net.Sockets;

namespace Sidecar.Loop;

/// <summary>A socket that the runtime serves: where there is no loop of ours, or none is wanted.</summary>
internal sealed class RuntimeSocket(Socket socket) : IStreamSocket
{
    /// <summary>The runtime does not say who hears it.</summary>
    public bool IsNear => true;

    public static async ValueTask<IStreamSocket> ConnectAsync(EndPoint server, CancellationToken cancellationToken)
    {
        var socket = server switch
        {
            UnixDomainSocketEndPoint => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            IPEndPoint ip => new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true },
            _ => new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true },
        };
        try
        {
            await socket.ConnectAsync(server, cancellationToken);
            return new RuntimeSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public ValueTask<int> ReceiveAsync(Memory<byte> bytes) => socket.ReceiveAsync(bytes);

    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> bytes) => socket.SendAsync(bytes);

    public void Shutdown() => socket.Shutdown(SocketShutdown.Both);

    public void Dispose() => socket.Dispose();
}
