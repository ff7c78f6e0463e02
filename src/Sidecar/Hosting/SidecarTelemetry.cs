using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sidecar.Hosting;

/// <summary>
/// The name under which meters and spans leave the process. Instruments live with the feature that writes them; only the
/// source and the meter are shared.
/// </summary>
internal static class SidecarTelemetry
{
    public const string Name = "Sidecar";

    public static ActivitySource Source { get; } = new(Name);

    public static Meter Meter { get; } = new(Name);

    /// <summary>Marks a request whose URL holds an address, so that no span of it is made.</summary>
    public static readonly HttpRequestOptionsKey<bool> NamesSomebody = new("sidecar.names_somebody");
}
