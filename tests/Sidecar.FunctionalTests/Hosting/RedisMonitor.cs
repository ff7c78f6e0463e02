using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>Every command a redis-server runs, in its order, as MONITOR tells it.</summary>
internal sealed class RedisMonitor : IAsyncDisposable
{
    private readonly TcpClient client = new();
    private readonly ConcurrentQueue<string> lines = [];
    private Task reading = Task.CompletedTask;

    public IReadOnlyList<string> Lines => [.. lines];

    public static async Task<RedisMonitor> StartAsync(RedisServer server)
    {
        var monitor = new RedisMonitor();
        await monitor.client.ConnectAsync(IPAddress.Loopback, server.Port);
        await monitor.client.GetStream().WriteAsync("MONITOR\r\n"u8.ToArray());
        var reader = new StreamReader(monitor.client.GetStream());
        Assert.Equal("+OK", await reader.ReadLineAsync());
        monitor.reading = monitor.ReadAsync(reader);
        return monitor;
    }

    public async ValueTask DisposeAsync()
    {
        client.Close();
        await reading;
    }

    private async Task ReadAsync(StreamReader reader)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                lines.Enqueue(line);
            }
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // Nobody listens any more.
        }
    }
}
