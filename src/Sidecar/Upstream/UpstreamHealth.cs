using System.Net.Sockets;
using Sidecar.Hosting;

namespace Sidecar.Upstream;

/// <summary>Whether the app takes connections, for <c>/readyz</c>; forwarding itself never asks.</summary>
internal sealed class UpstreamHealth(IReadOnlyList<ListenerOptions> listeners)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    public async ValueTask<HealthResult> CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var listener in listeners)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(Patience);
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(listener.Upstream.Host.Trim('[', ']'), listener.Upstream.Port, timeout.Token);
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                return new(false, $"{listener.Prefix} takes no connection");
            }
        }

        return new(true, "takes connections");
    }
}
