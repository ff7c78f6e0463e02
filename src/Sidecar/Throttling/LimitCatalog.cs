using Sidecar.Hosting;

namespace Sidecar.Throttling;

/// <summary>All limits there are, with what holds where nothing is set; a new one is a property and a line in <see cref="Read"/>.</summary>
internal sealed record LimitCatalog
{
    public const string Section = "limits";

    /// <summary>Requests to taken-over routes from one client address. Default 60 a minute.</summary>
    public LimitOptions Client { get; init; } = new("client") { Permits = 60, Window = TimeSpan.FromMinutes(1) };

    public static LimitCatalog Read(SettingsSection limits)
    {
        var defaults = new LimitCatalog();
        return new LimitCatalog { Client = LimitOptions.Read(limits, defaults.Client) };
    }
}
