using System.Net.Sockets;
using System.Text;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>A connection whose bytes the test says and sees itself, for what is decided between a request's and an answer's parts.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private readonly TcpClient client;
    private readonly NetworkStream stream;

    private RawConnection(TcpClient client) => (this.client, stream) = (client, client.GetStream());

    /// <summary>Everything that came so far, one character a byte.</summary>
    public string Received { get; private set; } = "";

    public static async Task<RawConnection> OpenAsync(Uri server)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
        return new RawConnection(client);
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);

    /// <summary>Reads until <paramref name="end"/> has come; fails when the connection ends before.</summary>
    public Task ReadUntilAsync(string end) => ReadUntilAsync(received => received.Contains(end, StringComparison.Ordinal), $"\"{end}\"");

    /// <summary>Reads until what came is all that is waited for; fails when the connection ends before.</summary>
    public async Task ReadUntilAsync(Predicate<string> isAll, string what)
    {
        while (!isAll(Received))
        {
            Assert.True(await ReadAsync(), $"The connection ended before {what} came:\n{Received}");
        }
    }

    /// <summary>Drops what came so far.</summary>
    public void Forget() => Received = "";

    /// <summary>Reads until the other side closes or resets the connection.</summary>
    public async Task<string> ReadToEndAsync()
    {
        while (await ReadAsync())
        {
        }

        return Received;
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<bool> ReadAsync()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Eventually.Patience);
        var buffer = new byte[16 * 1024];
        try
        {
            var count = await stream.ReadAsync(buffer, patience.Token);
            Received += Encoding.Latin1.GetString(buffer, 0, count);
            return count > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
