using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>
/// An app that answers with the bytes it is told, or with none: what a real server never says, and ends no real server has.
/// The script runs once a connection and gets the request's head; when it returns, the connection is closed.
/// </summary>
internal sealed class ScriptedApp : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;

    public ScriptedApp(Func<string, NetworkStream, CancellationToken, Task> script, int port = 0)
    {
        listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = AcceptAsync(script);
    }

    public Uri Address { get; }

    /// <summary>Answers every request with the same bytes, one character a byte.</summary>
    public static ScriptedApp Saying(string answer) =>
        new(async (_, stream, cancellation) => await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), cancellation));

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync(Func<string, NetworkStream, CancellationToken, Task> script)
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token), script);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or InvalidOperationException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client, Func<string, NetworkStream, CancellationToken, Task> script)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                var head = new StringBuilder();
                var one = new byte[1];
                while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
                {
                    await stream.ReadExactlyAsync(one, stop.Token);
                    head.Append((char)one[0]);
                }

                await script(head.ToString(), stream, stop.Token);
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException)
            {
                // The sidecar hung up, a health check came by, or the test is over.
            }
        }
    }
}
