using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>
/// The app for what nginx cannot be the app of: event streams, of which it sends the first event and then nothing until the
/// client goes, and uploads, which the kernel throws away unread so that taking them costs as little as it can.
/// </summary>
internal sealed class StreamApp : IAsyncDisposable
{
    private static readonly byte[] Event = Encoding.ASCII.GetBytes(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\nd\r\ndata: hello\n\n\r\n");

    private static readonly byte[] Taken = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{\"code\":0}");

    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;

    public StreamApp()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(4096);
        accepting = AcceptAsync();
    }

    public int Port => listener.Port();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await listener.AcceptAsync(stop.Token));
            }
        }
        catch (Exception closed) when (closed is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end.
        }
    }

    private async Task ServeAsync(Socket accepted)
    {
        await Task.Yield();
        using var socket = accepted;
        socket.NoDelay = true;
        var buffer = new byte[8192];
        byte[]? discarded = null;
        try
        {
            for (var count = 0; ;)
            {
                var read = await socket.ReceiveAsync(buffer.AsMemory(count), stop.Token);
                count += read;
                var end = buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8);
                if (read == 0)
                {
                    return;
                }

                if (end < 0)
                {
                    continue;
                }

                if (buffer.AsSpan().StartsWith("GET "u8))
                {
                    await socket.SendAsync(Event, stop.Token);
                    // Only the client's end ends it.
                    _ = await socket.ReceiveAsync(buffer.AsMemory(0, 1), stop.Token);
                    return;
                }

                var left = RequestLength(buffer.AsSpan(0, end + 2)) - (count - end - 4);
                for (discarded ??= new byte[Bodies.Piece]; left > 0;)
                {
                    var taken = await socket.ReceiveAsync(discarded.AsMemory(0, (int)Math.Min(left, discarded.Length)), SocketFlags.Truncated, stop.Token);
                    if (taken == 0)
                    {
                        return;
                    }

                    left -= taken;
                }

                await socket.SendAsync(Taken, stop.Token);
                count = 0;
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy closed, or the end.
        }
    }

    private static long RequestLength(ReadOnlySpan<byte> head)
    {
        var text = Encoding.ASCII.GetString(head);
        const string Name = "\r\ncontent-length:";
        var start = text.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return start < 0
            ? throw new InvalidDataException($"An upload without a length:\n{text}")
            : long.Parse(text.AsSpan(start + Name.Length, text.IndexOf('\r', start + 2) - start - Name.Length), System.Globalization.CultureInfo.InvariantCulture);
    }
}
