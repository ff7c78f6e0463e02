using System.Net.Sockets;
using System.Text;
using Sidecar.FunctionalTests.Forwarding;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>Requests are handled on the threads that hear the sockets: whoever always has one more must not keep those to himself.</summary>
public sealed class GreedyClientTests
{
    [Fact]
    public async Task Requests_AnsweredAtOnceAndSentWithoutEnd_LetTheOthersBeAnswered()
    {
        await using var app = new CountingApp();
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Development = false });
        var others = await Task.WhenAll(Enumerable.Range(0, 8 * Environment.ProcessorCount).Select(_ => RawConnection.OpenAsync(sidecar.BaseUrl)));
        using var stop = new CancellationTokenSource();
        var greedy = Enumerable.Range(0, 2 * Environment.ProcessorCount).Select(_ => new Greedy(sidecar.BaseUrl, stop.Token)).ToArray();
        await Eventually.TrueAsync(() => greedy.All(static client => client.Answered > 100_000), "the flood");

        // It ends only after them.
        await Task.WhenAll(others.Select(static async (other, i) =>
        {
            await other.SendAsync($"GET /other/{i} HTTP/1.1\r\nHost: a\r\n\r\n");
            await other.ReadUntilAsync("\r\n\r\n");
            await other.DisposeAsync();
        }));

        await stop.CancelAsync();
        Assert.All(greedy, static client => client.Join());
    }

    /// <summary>Sends what the sidecar answers by itself, as fast as it is taken.</summary>
    private sealed class Greedy
    {
        private static readonly byte[] Requests = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 2000)));
        private readonly Thread[] _threads;
        private long _answered;

        public Greedy(Uri server, CancellationToken stop)
        {
            var client = new TcpClient(server.Host, server.Port);
            stop.Register(client.Dispose);
            var buffer = new byte[256 * 1024];
            _threads =
            [
                new(() => Go(() => client.Client.Send(Requests))) { IsBackground = true },
                new(() => Go(() => Interlocked.Add(ref _answered, client.Client.Receive(buffer)))) { IsBackground = true },
            ];
            Array.ForEach(_threads, static thread => thread.Start());
        }

        /// <summary>Bytes of answers.</summary>
        public long Answered => Interlocked.Read(ref _answered);

        public void Join() => Array.ForEach(_threads, static thread => thread.Join());

        private static void Go(Action step)
        {
            try
            {
                while (true)
                {
                    step();
                }
            }
            catch (Exception end) when (end is SocketException or ObjectDisposedException or NullReferenceException)
            {
                // The test is over.
            }
        }
    }
}
