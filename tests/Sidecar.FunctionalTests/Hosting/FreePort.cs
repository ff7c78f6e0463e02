using System.Net;
using System.Net.Sockets;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>Loopback ports nobody listens on, each handed out once, so that parts started together do not collide.</summary>
internal static class FreePort
{
    private static readonly HashSet<int> Taken = [];

    public static int Next()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            lock (Taken)
            {
                if (Taken.Add(port))
                {
                    return port;
                }
            }
        }
    }
}
