using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>
/// Load that wrk cannot make: at a fixed rate, whose latencies count from the moment a request was due and not from when a
/// connection was free for it (a proxy that stalls must not stop the clock), or an exact number of requests. One thread, so
/// that it needs less of the core it shares with the app.
/// </summary>
internal sealed class SteadyLoad : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);
    private readonly Socket[] sockets;
    private readonly byte[] request;
    private readonly byte[] received = new byte[16384];

    public SteadyLoad(int port, int connections)
    {
        request = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"GET /api/documents?page=1 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"));
        sockets = [.. Enumerable.Range(0, connections).Select(_ => Loopback.Connect(port))];
        // Connections on both sides of the proxy are there before anything counts.
        Send(connections, Timeout.InfiniteTimeSpan, default);
    }

    /// <summary>Requests evenly spread over the time; the latency of each in microseconds, sorted.</summary>
    public long[] Spread(double rate, TimeSpan duration, CancellationToken stop) => Send((int)(rate * duration.TotalSeconds), duration, stop);

    /// <summary>Exactly that many, each connection's next as soon as its last is answered.</summary>
    public void Exactly(int requests, CancellationToken stop) => Send(requests, Timeout.InfiniteTimeSpan, stop);

    public void Dispose()
    {
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }
    }

    private long[] Send(int total, TimeSpan duration, CancellationToken stop)
    {
        Poll.WakeExactly();
        var paced = duration != Timeout.InfiniteTimeSpan;
        var latencies = new List<long>(total);
        var free = new Stack<int>(Enumerable.Range(0, sockets.Length));
        // The first `busy` entries wait for an answer; of each, which socket and when its request was due.
        var (waiting, owner, due, busy) = (new Poll.Entry[sockets.Length], new int[sockets.Length], new TimeSpan[sockets.Length], 0);
        var (start, sent) = (Stopwatch.GetTimestamp(), 0);
        TimeSpan Due(int number) => paced ? duration / total * number : TimeSpan.Zero;
        while (latencies.Count < total)
        {
            stop.ThrowIfCancellationRequested();
            var now = Stopwatch.GetElapsedTime(start);
            if (paced && now > duration + Grace)
            {
                break;
            }

            for (; sent < total && Due(sent) <= now && free.TryPop(out var next); sent++, busy++)
            {
                sockets[next].Send(request);
                (waiting[busy], owner[busy], due[busy]) = (new((int)sockets[next].Handle), next, paced ? Due(sent) : now);
            }

            var patience = sent < total && free.Count > 0 ? Due(sent) - Stopwatch.GetElapsedTime(start) : Grace;
            if (Poll.Wait(waiting, busy, patience) <= 0)
            {
                continue;
            }

            now = Stopwatch.GetElapsedTime(start);
            for (var i = busy - 1; i >= 0; i--)
            {
                if (waiting[i].Seen != 0)
                {
                    Receive(sockets[owner[i]]);
                    latencies.Add((long)(now - due[i]).TotalMicroseconds);
                    free.Push(owner[i]);
                    busy--;
                    (waiting[i], owner[i], due[i]) = (waiting[busy], owner[busy], due[busy]);
                }
            }
        }

        // What is still unanswered, or was never even sent, took at least this long.
        var end = Stopwatch.GetElapsedTime(start);
        latencies.AddRange(due.Take(busy).Concat(Enumerable.Range(sent, total - sent).Select(Due)).Select(since => (long)(end - since).TotalMicroseconds));
        latencies.Sort();
        return [.. latencies];
    }

    private void Receive(Socket socket)
    {
        for (var count = 0; ;)
        {
            var read = socket.Receive(received.AsSpan(count));
            count += read;
            var head = ResponseHead.Read(received.AsSpan(0, count));
            if (read == 0 || (head.Length > 0 && (head.Status != 200 || head.ContentLength < 0)))
            {
                throw new InvalidDataException($"No answer as it should be: {Encoding.ASCII.GetString(received, 0, count)}");
            }

            if (head.Length > 0 && count >= head.Length + head.ContentLength)
            {
                return;
            }
        }
    }
}
