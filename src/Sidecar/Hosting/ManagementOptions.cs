using System.Net;

namespace Sidecar.Hosting;

/// <summary>The port for health, metrics and, in Development, the clock. Never reachable through the public one.</summary>
/// <param name="Address"><c>management.address</c>: where <c>/livez</c>, <c>/readyz</c>, <c>/startupz</c> and <c>/metrics</c> are; with assertion keys <c>/.well-known/jwks.json</c>, with the generic contract <c>/openapi.json</c>. Default <c>0.0.0.0</c>.</param>
/// <param name="Port"><c>management.port</c>: its port. 1 to 65535. Default 9090.</param>
internal sealed record ManagementOptions(IPAddress? Address, int Port)
{
    public const string Section = "management";

    public static ManagementOptions Read(SettingsSection root, IReadOnlyList<ListenerOptions> listeners)
    {
        var section = root.Section(Section);
        var options = new ManagementOptions(ListenerOptions.ReadAddress(section, "0.0.0.0"), section.Int("port", 9090, 1, 65535));
        if (listeners.Any(listener => listener.Port == options.Port))
        {
            section.Reject("port", "is the port of a listener", "keep the management port apart from the public ones");
        }

        return options;
    }
}
