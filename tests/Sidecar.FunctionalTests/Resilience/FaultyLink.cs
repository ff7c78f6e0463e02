using System.Net;
using System.Net.Sockets;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>A line to a server that can be cut, fall silent or be slow.</summary>
internal sealed class FaultyLink : IAsyncDisposable
{
    private readonly int server;
    private readonly int port;
    private readonly CancellationTokenSource stop = new();
    private volatile CancellationTokenSource cut = new();
    private TcpListener? listener;
    private volatile TaskCompletionSource? silence;

    public FaultyLink(int server)
    {
        this.server = server;
        listener = Listen(0);
        port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public int Port => port;

    /// <summary>What every piece waits for before it goes on.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Nothing goes through, and nothing is refused.</summary>
    public void FallSilent() => silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Everything is refused.</summary>
    public void Cut()
    {
        listener?.Dispose();
        listener = null;
        var connections = cut;
        cut = new CancellationTokenSource();
        connections.Cancel();
    }

    public void Heal()
    {
        Delay = TimeSpan.Zero;
        silence?.TrySetResult();
        silence = null;
        listener ??= Listen(port);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        Cut();
        silence?.TrySetResult();
    }

    private TcpListener Listen(int at)
    {
        var listening = new TcpListener(IPAddress.Loopback, at);
        listening.Start();
        _ = AcceptAsync(listening);
        return listening;
    }

    private async Task AcceptAsync(TcpListener from)
    {
        try
        {
            while (true)
            {
                _ = PassAsync(await from.AcceptTcpClientAsync(stop.Token));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or InvalidOperationException or SocketException)
        {
            // Cut, or over.
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, cut.Token);
        using (client)
        {
            try
            {
                using var onward = new TcpClient();
                await onward.ConnectAsync(IPAddress.Loopback, server, either.Token);
                await Task.WhenAny(PumpAsync(client.GetStream(), onward.GetStream(), either.Token), PumpAsync(onward.GetStream(), client.GetStream(), either.Token));
            }
            catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
            {
                // One of the two hung up, or this did.
            }
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, CancellationToken cancellation)
    {
        var buffer = new byte[16 * 1024];
        while (await from.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            await (silence?.Task.WaitAsync(cancellation) ?? Task.CompletedTask);
            await Task.Delay(Delay, cancellation);
            await to.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
    }
}
