using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>A client of an event stream that has seen its first event and holds on.</summary>
internal sealed class EventStream : IDisposable
{
    private readonly Socket socket;

    private EventStream(Socket socket, TimeSpan firstEvent) => (this.socket, FirstEvent) = (socket, firstEvent);

    /// <summary>From the wish for a connection to the first byte of the first event.</summary>
    public TimeSpan FirstEvent { get; }

    public static EventStream Open(int port)
    {
        var start = Stopwatch.GetTimestamp();
        var socket = Loopback.Connect(port);
        try
        {
            socket.ReceiveTimeout = 10_000;
            socket.Send(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n")));
            var buffer = new byte[4096];
            for (var count = 0; ;)
            {
                var read = socket.Receive(buffer.AsSpan(count));
                count += read;
                if (buffer.AsSpan(0, count).IndexOf("data: hello"u8) >= 0)
                {
                    return new EventStream(socket, Stopwatch.GetElapsedTime(start));
                }

                if (read == 0)
                {
                    throw new InvalidDataException($"No event: {Encoding.ASCII.GetString(buffer, 0, count)}");
                }
            }
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => socket.Dispose();
}
