using Sidecar.Hosting;

namespace Sidecar.Throttling;

internal enum LimitMode
{
    On,
    Off,

    /// <summary>Counts and reports what would have been refused, and refuses nothing.</summary>
    DryRun,
}

/// <summary>One limit: section <c>limits.&lt;name&gt;</c>.</summary>
/// <param name="Name">The limit's name in settings, metrics, fields and keys.</param>
internal sealed record LimitOptions(string Name)
{
    /// <summary>How many in a window, 1 to 1,000,000. Default by name, see <see cref="LimitCatalog"/>.</summary>
    public required int Permits { get; init; }

    /// <summary>The window's length, 1 s to 7 d. Default by name, see <see cref="LimitCatalog"/>.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary><c>on</c>, <c>off</c> or <c>dry_run</c>. Default <c>on</c>.</summary>
    public LimitMode Mode { get; init; }

    /// <param name="limits">The section <c>limits</c>.</param>
    /// <param name="defaults">The limit's name, and what holds where nothing is set.</param>
    public static LimitOptions Read(SettingsSection limits, LimitOptions defaults)
    {
        var section = limits.Section(defaults.Name);
        return defaults with
        {
            Permits = section.Int("permits", defaults.Permits, 1, 1_000_000),
            Window = section.Duration("window", defaults.Window, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
            Mode = section.Choice("mode", defaults.Mode, ("on", LimitMode.On), ("off", LimitMode.Off), ("dry_run", LimitMode.DryRun)),
        };
    }
}
