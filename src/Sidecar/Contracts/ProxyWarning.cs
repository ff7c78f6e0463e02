using Microsoft.Extensions.Logging;
using Sidecar.Hosting;

namespace Sidecar.Contracts;

/// <summary>Says once that a proxy stands in front which nobody configured: until then all clients look like one, so their limit runs dry.</summary>
internal sealed partial class ProxyWarning(ILogger<ProxyWarning> logger)
{
    private int _said;

    public void Look(ClientAddress client)
    {
        if (client.LooksProxied && Interlocked.Exchange(ref _said, 1) == 0)
        {
            LogUnknownProxy(client.Peer.ToString());
        }
    }

    [LoggerMessage(LogLevel.Warning, "Requests come through a proxy at {Peer} that is not configured, so `limits.client` cannot tell clients apart and refuses nobody. List the proxy's network in `client_address.trusted_proxies`.")]
    private partial void LogUnknownProxy(string peer);
}
