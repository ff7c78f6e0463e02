using System.Net;
using System.Net.Sockets;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Lifecycle;

/// <summary>A way to a relay that can be shut: connections are taken then, and nothing is said until it opens again.</summary>
internal sealed class SmtpGate : IAsyncDisposable
{
    private readonly LoopbackServer server;
    private readonly int relay;
    private volatile TaskCompletionSource opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int passed;
    private int waiting;

    public SmtpGate(int relay)
    {
        this.relay = relay;
        opened.SetResult();
        server = new LoopbackServer(PassAsync);
    }

    public int Port => server.Port;

    public void Close() => opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => opened.TrySetResult();

    /// <summary>The sidecar looks at its relay once at start; after that only mail comes.</summary>
    public Task ProbedAsync() => Eventually.TrueAsync(() => Volatile.Read(ref passed) > 0, "the sidecar's first look at its relay");

    public Task WaitedForAsync() => Eventually.TrueAsync(() => Volatile.Read(ref waiting) > 0, "a mail at the shut gate");

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task PassAsync(NetworkStream stream, CancellationToken stop)
    {
        if (!opened.Task.IsCompleted)
        {
            Interlocked.Increment(ref waiting);
            await opened.Task.WaitAsync(stop);
        }

        using var onward = new TcpClient();
        await onward.ConnectAsync(IPAddress.Loopback, relay, stop);
        await Task.WhenAny(stream.CopyToAsync(onward.GetStream(), stop), onward.GetStream().CopyToAsync(stream, stop));
        Interlocked.Increment(ref passed);
    }
}
