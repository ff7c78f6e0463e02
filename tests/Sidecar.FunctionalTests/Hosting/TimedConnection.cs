using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>
/// One connection that is kept, on blocking sockets: what is timed is the server and not our own scheduler. Reads answers that
/// say their length, as all of the sidecar's own do.
/// </summary>
internal sealed class TimedConnection : IDisposable
{
    private readonly Uri server;
    private readonly Socket socket;
    private readonly byte[] buffer = new byte[256 * 1024];

    public TimedConnection(Uri server)
    {
        this.server = server;
        socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 30_000 };
        socket.Connect(server.Host, server.Port);
    }

    /// <summary>From the first byte sent to the last one received.</summary>
    public (RawResponse Response, TimeSpan Took) Send(RawRequest request)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{request.Method} {request.Target} HTTP/1.1\r\nHost: {server.Authority}\r\n");
        foreach (var (name, value) in request.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {request.Body.Length}\r\n\r\n");
        byte[] bytes = [.. Encoding.Latin1.GetBytes(head.ToString()), .. request.Body.Span];

        var start = Stopwatch.GetTimestamp();
        socket.Send(bytes);
        var (received, end) = (0, -1);
        while (end < 0)
        {
            received += Receive(received);
            end = buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8);
        }

        var lines = Encoding.Latin1.GetString(buffer, 0, end).Split("\r\n");
        var headers = lines.Skip(1).Select(static line => line.Split(": ", 2)).Select(static pair => KeyValuePair.Create(pair[0], pair[1])).ToList();
        var response = new RawResponse(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, []);
        var body = end + 4;
        var total = body + int.Parse(response.Value("Content-Length")!, CultureInfo.InvariantCulture);
        while (received < total)
        {
            received += Receive(received);
        }

        var took = Stopwatch.GetElapsedTime(start);
        return (response with { Body = buffer[body..total] }, took);
    }

    public void Dispose() => socket.Dispose();

    private int Receive(int at)
    {
        var count = socket.Receive(buffer, at, buffer.Length - at, SocketFlags.None);
        return count > 0 ? count : throw new IOException("The connection ended within an answer.");
    }
}
