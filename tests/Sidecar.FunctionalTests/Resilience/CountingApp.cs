using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>
/// An app on bare sockets that keeps its connections open and counts how often each target came, its body included: what came
/// twice was sent twice. It hangs up when told to, before an answer or between two requests.
/// </summary>
internal sealed class CountingApp : IAsyncDisposable
{
    private static readonly byte[] Answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray();

    private readonly ConcurrentDictionary<string, int> counts = new(StringComparer.Ordinal);
    private readonly int port;
    private ScriptedApp? app;
    private volatile CancellationTokenSource idle = new();
    private int connections;

    public CountingApp()
    {
        port = FreePort.Next();
        Open();
    }

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));

    /// <summary>How many connections brought a request.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>Whether a request that is counted is also answered; asked with its target and how many came before it on its connection.</summary>
    public Func<string, int, bool> Answers { get; set; } = static (_, _) => true;

    public int CountOf(string target) => counts.GetValueOrDefault(target);

    public IEnumerable<string> Repeated => counts.Where(static pair => pair.Value > 1).Select(static pair => pair.Key);

    /// <summary>Ends every connection that waits for a request, as servers do with those that were idle for a while.</summary>
    public void HangUpIdle()
    {
        var ended = idle;
        idle = new CancellationTokenSource();
        ended.Cancel();
    }

    /// <summary>Ends everything; nobody listens any more.</summary>
    public async Task CloseAsync()
    {
        await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
        app = null;
    }

    public void Open() => app = new ScriptedApp(ServeAsync, port);

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        idle.Dispose();
    }

    private async Task ServeAsync(string head, NetworkStream stream, CancellationToken cancellation)
    {
        Interlocked.Increment(ref connections);
        for (var before = 0; ; before++)
        {
            await ReadBodyAsync(head, stream, cancellation);
            var target = head.Split(' ')[1];
            counts.AddOrUpdate(target, 1, static (_, count) => count + 1);
            if (!Answers(target, before))
            {
                return;
            }

            await stream.WriteAsync(Answer, cancellation);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, idle.Token);
            head = await ReadHeadAsync(stream, either.Token, cancellation);
        }
    }

    /// <summary>The first byte is awaited until the connection is hung up on as idle; what has begun is read.</summary>
    private static async Task<string> ReadHeadAsync(NetworkStream stream, CancellationToken idle, CancellationToken cancellation)
    {
        var (head, one) = ("", new byte[1]);
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, head.Length == 0 ? idle : cancellation);
            head += (char)one[0];
        }

        return head;
    }

    private static async Task ReadBodyAsync(string head, NetworkStream stream, CancellationToken cancellation)
    {
        const string Length = "\r\nContent-Length: ";
        if (head.IndexOf(Length, StringComparison.OrdinalIgnoreCase) is >= 0 and var at)
        {
            var digits = head[(at + Length.Length)..].Split('\r')[0];
            await stream.ReadExactlyAsync(new byte[int.Parse(digits, CultureInfo.InvariantCulture)], cancellation);
        }
    }
}
