using System.Net;
using System.Net.Sockets;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>Plain TCP to this machine.</summary>
internal static class Loopback
{
    public static Socket Connect(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static bool IsListening(int port)
    {
        try
        {
            Connect(port).Dispose();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public static int Port(this Socket listener) => ((IPEndPoint)listener.LocalEndPoint!).Port;
}
