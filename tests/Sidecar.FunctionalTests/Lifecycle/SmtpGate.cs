using System.Net;
using System.Net.Sockets;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Lifecycle;

/// <summary>A way to a relay that can be shut: connections are taken then, and nothing is said until it opens again.</summary>
internal sealed class SmtpGate : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly int relay;
    private readonly Task accepting;
    private volatile TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int passed;
    private int waiting;

    public SmtpGate(int relay)
    {
        this.relay = relay;
        opened.SetResult();
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public void Close() => opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => opened.TrySetResult();

    /// <summary>The sidecar looks at its relay once at start; after that only mail comes.</summary>
    public Task ProbedAsync() => Eventually.TrueAsync(() => Volatile.Read(ref passed) > 0, "the sidecar's first look at its relay");

    public Task WaitedForAsync() => Eventually.TrueAsync(() => Volatile.Read(ref waiting) > 0, "a mail at the shut gate");

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = PassAsync(await listener.AcceptTcpClientAsync(stop.Token));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or InvalidOperationException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task PassAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                if (!opened.Task.IsCompleted)
                {
                    Interlocked.Increment(ref waiting);
                    await opened.Task.WaitAsync(stop.Token);
                }

                using var onward = new TcpClient();
                await onward.ConnectAsync(IPAddress.Loopback, relay, stop.Token);
                await Task.WhenAny(client.GetStream().CopyToAsync(onward.GetStream(), stop.Token), onward.GetStream().CopyToAsync(client.GetStream(), stop.Token));
                Interlocked.Increment(ref passed);
            }
            catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
            {
                // One of the two hung up.
            }
        }
    }
}
