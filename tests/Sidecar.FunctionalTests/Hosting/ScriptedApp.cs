using System.Net.Sockets;
using System.Text;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>
/// An app that answers with the bytes it is told, or with none: what a real server never says, and ends no real server has.
/// The script runs once a connection and gets the request's head; when it returns, the connection is closed.
/// </summary>
internal sealed class ScriptedApp : IAsyncDisposable
{
    private readonly LoopbackServer server;

    public ScriptedApp(Func<string, NetworkStream, CancellationToken, Task> script, int port = 0)
    {
        server = new LoopbackServer(async (stream, stop) => await script(await HeadAsync(stream, stop), stream, stop), port);
        Address = new Uri($"http://127.0.0.1:{server.Port}");
    }

    public Uri Address { get; }

    /// <summary>Answers every request with the same bytes, one character a byte.</summary>
    public static ScriptedApp Saying(string answer) =>
        new(async (_, stream, cancellation) => await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), cancellation));

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static async Task<string> HeadAsync(NetworkStream stream, CancellationToken stop)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, stop);
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
