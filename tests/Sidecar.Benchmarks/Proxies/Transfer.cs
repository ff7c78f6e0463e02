using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>Bodies one after another over kept connections, a thread each, as fast as the other end takes or gives them.</summary>
internal static class Transfer
{
    private static readonly byte[] Content = new byte[Bodies.Piece];

    /// <returns>Bytes a second of the whole bodies that were done.</returns>
    public static async Task<double> MeasureAsync(int port, string target, long upload, int connections, TimeSpan duration, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        var moved = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Factory.StartNew(() => Repeat(port, target, upload, start, duration, stop), TaskCreationOptions.LongRunning)));
        return moved.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static long Repeat(int port, string target, long upload, long start, TimeSpan duration, CancellationToken stop)
    {
        using var socket = Loopback.Connect(port);
        var method = upload > 0 ? "POST" : "GET";
        var length = upload > 0 ? $"Content-Length: {upload.ToString(CultureInfo.InvariantCulture)}\r\n" : "";
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{length}\r\n"));
        var buffer = new byte[Bodies.Piece];
        long moved = 0;
        do
        {
            stop.ThrowIfCancellationRequested();
            socket.Send(head);
            for (var left = upload; left > 0;)
            {
                left -= socket.Send(Content.AsSpan(0, (int)Math.Min(left, Content.Length)));
            }

            var answer = Discard(socket, buffer);
            moved += upload > 0 ? upload : answer;
        }
        while (Stopwatch.GetElapsedTime(start) < duration);
        return moved;
    }

    /// <summary>Reads the head and lets the kernel throw the body away: this end must not be what is measured.</summary>
    private static long Discard(Socket socket, byte[] buffer)
    {
        var count = 0;
        while (true)
        {
            var read = socket.Receive(buffer.AsSpan(count));
            count += read;
            var head = ResponseHead.Read(buffer.AsSpan(0, count));
            if (read == 0 || (head.Length > 0 && (head.Status != 200 || head.ContentLength < 0)))
            {
                throw new InvalidDataException($"No answer as it should be: {Encoding.ASCII.GetString(buffer, 0, Math.Min(count, 2000))}");
            }

            if (head.Length == 0)
            {
                continue;
            }

            for (var left = head.ContentLength - (count - head.Length); left > 0; left -= read)
            {
                read = socket.Receive(buffer, 0, (int)Math.Min(left, buffer.Length), SocketFlags.Truncated);
                if (read == 0)
                {
                    throw new InvalidDataException("The answer broke off.");
                }
            }

            return head.ContentLength;
        }
    }
}
