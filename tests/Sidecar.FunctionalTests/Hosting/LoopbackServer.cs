using System.Net;
using System.Net.Sockets;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>
/// Does the same with every connection that comes, until it is disposed: what stand-ins share that speak a protocol by hand. When
/// the action returns or its peer has gone, the connection is closed.
/// </summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    /// <param name="serve">What is done with a connection; the token ends with the server.</param>
    /// <param name="port">Where to listen; 0 for any free port.</param>
    /// <param name="backlog">How many may wait to be accepted.</param>
    public LoopbackServer(Func<NetworkStream, CancellationToken, Task> serve, int port = 0, int backlog = 512)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start(backlog);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(serve);
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync(Func<NetworkStream, CancellationToken, Task> serve)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token), serve, _stop.Token);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or InvalidOperationException or SocketException)
        {
            // The test is over.
        }
    }

    private static async Task ServeAsync(TcpClient client, Func<NetworkStream, CancellationToken, Task> serve, CancellationToken stop)
    {
        using (client)
        {
            try
            {
                await serve(client.GetStream(), stop);
            }
            catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
            {
                // The peer hung up or was killed, or the test is over.
            }
        }
    }
}
