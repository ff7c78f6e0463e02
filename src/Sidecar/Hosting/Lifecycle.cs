using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;

namespace Sidecar.Hosting;

/// <summary>Where the process is between start and end, as the probes see it.</summary>
internal sealed class Lifecycle
{
    private volatile bool _listening;
    private volatile bool _draining;

    public Lifecycle(IHostApplicationLifetime lifetime)
    {
        lifetime.ApplicationStarted.Register(() => _listening = true);
        lifetime.ApplicationStopping.Register(() => _draining = true);
    }

    public bool IsListening => _listening;

    /// <summary>Whether each answer is the last of its connection.</summary>
    public bool IsDraining => _draining;

    /// <summary>Whether traffic may be sent here.</summary>
    public bool IsReady => _listening && !_draining;

    /// <summary>
    /// From SIGTERM on each answer says that it is the last of its connection, so that clients have left their kept connections
    /// when those are closed: a request that crosses the close would be lost.
    /// </summary>
    public void Announce(HttpContext context)
    {
        if (_draining && context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true })
        {
            context.Response.Headers.Connection = "close";
        }
    }
}
