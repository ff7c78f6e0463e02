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

    /// <summary>Whether traffic may be sent here.</summary>
    public bool IsReady => _listening && !_draining;
}
