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
            try
            {
                (await listener.ConnectAsync(timeout.Token)).Dispose();
            }
            catch (Exception error) when (error is SocketException or OperationCanceledException)
            {
                return new(false, $"{listener.Name} takes no connection");
            }
        }

        return new(true, "takes connections");
    }
}
