using System.Diagnostics.Metrics;
using Sidecar.Hosting;

namespace Sidecar;

/// <summary>Owns the instruments by which an alert tells that what is written is not what holds.</summary>
internal static class SettingsTelemetry
{
    private static readonly Counter<long> Reloads = SidecarTelemetry.Meter.CreateCounter<long>(
        "sidecar.config.reloads", "{reload}", "Changes of the settings while the process runs.");

    private static volatile bool _refused;
    private static volatile int _waiting;

    static SettingsTelemetry()
    {
        SidecarTelemetry.Meter.CreateObservableGauge("sidecar.config.refused", static () => _refused ? 1 : 0, description: "1 while a change of the settings is refused.");
        SidecarTelemetry.Meter.CreateObservableGauge("sidecar.config.waiting", static () => _waiting, "{setting}", "Settings that take effect after a restart.");
    }

    public static void Refused()
    {
        _refused = true;
        Reloads.Add(1, new KeyValuePair<string, object?>("outcome", "refused"));
    }

    /// <param name="count">Settings that are in force now.</param>
    /// <param name="waiting">Settings that take a restart.</param>
    public static void Taken(int count, int waiting)
    {
        (_refused, _waiting) = (false, waiting);
        if (count > 0)
        {
            Reloads.Add(1, new KeyValuePair<string, object?>("outcome", "applied"));
        }
    }
}
