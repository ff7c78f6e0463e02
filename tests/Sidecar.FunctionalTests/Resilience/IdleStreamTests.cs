using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>
/// Streams over which nothing comes for long, all held at once, and what each costs: 500 on CI, in the long form as many as
/// SIDECAR_STREAMS says. Writes artifacts/resilience/streams-….json.
/// </summary>
public sealed class IdleStreamTests
{
    /// <summary>Twice what was measured, so that only a leak or a buffer more for each shows.</summary>
    private const int MostBytesEach = 64 * 1024;

    private static readonly int Streams = int.Parse(Environment.GetEnvironmentVariable("SIDECAR_STREAMS") ?? "500", CultureInfo.InvariantCulture);

    public static TheoryData<string> Engines => Resilience.Engines.All;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Streams_ManyAndSilent_AreAllHeldAtAFewKilobytesEach(string engine)
    {
        // Each stream is two sockets of the sidecar's, and two of this process, which is both its client and its app.
        OpenFiles.Allow(Environment.ProcessId, (2 * Streams) + 300);
        await using var app = new StreamApp();
        await using var sidecar = await SidecarProcess.StartAsync(new SidecarLaunch { Upstream = app.Address, Settings = ["shutdown.drain=0s"] }.With(engine));
        OpenFiles.Allow(sidecar.Id, (2 * Streams) + 300);
        var (streams, warm) = (new List<Socket>(Streams), Math.Min(100, Streams / 5));
        try
        {
            await OpenAsync(sidecar, streams, warm);
            var before = ResidentBytes(sidecar.Id);
            await OpenAsync(sidecar, streams, Streams);
            var each = (double)(ResidentBytes(sidecar.Id) - before) / (Streams - warm);

            // The app says something over each of them, and each client hears it.
            await app.SayAsync("data: again\n\n");
            foreach (var stream in streams)
            {
                await ReadUntilAsync(stream, "again");
            }

            Write(engine, each, ResidentBytes(sidecar.Id));
            Assert.True(each < MostBytesEach, string.Create(CultureInfo.InvariantCulture, $"{each:0} bytes for each stream"));
            Assert.Equal(200, (await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/readyz"), TestContext.Current.CancellationToken)).Status);
        }
        finally
        {
            streams.ForEach(static stream => stream.Dispose());
        }
    }

    private static async Task OpenAsync(SidecarProcess sidecar, List<Socket> streams, int upTo)
    {
        var request = Encoding.ASCII.GetBytes("GET /events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n");
        while (streams.Count < upTo)
        {
            var batch = await Task.WhenAll(Enumerable.Range(0, Math.Min(50, upTo - streams.Count)).Select(async _ =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, sidecar.Port, TestContext.Current.CancellationToken);
                await socket.SendAsync(request, TestContext.Current.CancellationToken);
                await ReadUntilAsync(socket, "data: hello");
                return socket;
            }));
            streams.AddRange(batch);
        }
    }

    private static async Task ReadUntilAsync(Socket socket, string text)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Eventually.Patience);
        var (received, buffer) = ("", new byte[1024]);
        while (!received.Contains(text, StringComparison.Ordinal))
        {
            var count = await socket.ReceiveAsync(buffer, patience.Token);
            Assert.True(count > 0, $"A stream ended after \"{received}\".");
            received += Encoding.Latin1.GetString(buffer, 0, count);
        }
    }

    private static long ResidentBytes(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    private static void Write(string engine, double each, long resident)
    {
        var directory = RepositoryRoot.Combine("artifacts", "resilience");
        Directory.CreateDirectory(directory);
        using var json = new Utf8JsonWriter(File.Create(Path.Combine(directory, $"streams-{engine ?? "default"}.json")), new() { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("streams", Streams);
        json.WriteNumber("bytes_each", Math.Round(each));
        json.WriteNumber("resident_bytes", resident);
        json.WriteEndObject();
    }

    /// <summary>Opens every stream with one event, and says more over all of them when told to.</summary>
    private sealed class StreamApp : IAsyncDisposable
    {
        private readonly List<NetworkStream> open = [];
        private readonly ScriptedApp app;

        public StreamApp() => app = new(ServeAsync);

        public Uri Address => app.Address;

        public async Task SayAsync(string text)
        {
            var bytes = Encoding.ASCII.GetBytes($"{text.Length:x}\r\n{text}\r\n");
            foreach (var stream in open)
            {
                await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
            }
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private async Task ServeAsync(string head, NetworkStream stream, CancellationToken cancellation)
        {
            lock (open)
            {
                open.Add(stream);
            }

            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nd\r\ndata: hello\n\n\r\n"u8.ToArray(), cancellation);
            await Task.Delay(Timeout.Infinite, cancellation);
        }
    }
}
