namespace Sidecar.Hosting;

/// <summary>How the process ends.</summary>
/// <param name="Delay">
/// <c>shutdown.delay</c>: how long to keep serving after SIGTERM with readiness off, so that a load balancer notices. 0s to 5m;
/// default 0s, because a native sidecar gets SIGTERM only after the app has stopped.
/// </param>
/// <param name="Drain"><c>shutdown.drain</c>: how long open requests and streams may still take. 0s to 1h; default 30s.</param>
internal sealed record ShutdownOptions(TimeSpan Delay, TimeSpan Drain)
{
    public const string Section = "shutdown";

    public static ShutdownOptions Read(SettingsSection root)
    {
        var section = root.Section(Section);
        return new(
            section.Duration("delay", TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMinutes(5)),
            section.Duration("drain", TimeSpan.FromSeconds(30), TimeSpan.Zero, TimeSpan.FromHours(1)));
    }
}
