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

    /// <summary>
    /// Of the connections to the app that the runtime's client keeps, under its own name. What it would measure of each request is left
    /// out: that is measured at less cost.
    /// </summary>
    public static Meter AppConnections { get; } = new("System.Net.Http");

    /// <summary>Marks a request whose URL holds an address, so that no span of it is made.</summary>
    public static readonly HttpRequestOptionsKey<bool> NamesSomebody = new("sidecar.names_somebody");
}
