using System.Net.Sockets;

namespace Sidecar.FunctionalTests.Detection;

/// <summary>A socket in the file system that leads to an app with an address.</summary>
internal sealed class SocketDoor : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string path;

    public SocketDoor(string path, Uri app)
    {
        this.path = path;
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        _ = AcceptAsync(app);
    }

    public ValueTask DisposeAsync()
    {
        listener.Dispose();
        File.Delete(path);
        return ValueTask.CompletedTask;
    }

    private async Task AcceptAsync(Uri app)
    {
        try
        {
            while (true)
            {
                _ = PassAsync(await listener.AcceptAsync(), app);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task PassAsync(Socket socket, Uri app)
    {
        using var outer = new NetworkStream(socket, ownsSocket: true);
        using var client = new TcpClient();
        await client.ConnectAsync(app.Host, app.Port);
        var inner = client.GetStream();
        await Task.WhenAny(outer.CopyToAsync(inner), inner.CopyToAsync(outer));
    }
}
