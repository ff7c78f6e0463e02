namespace Sidecar.Hosting;

internal enum LimitMode
{
    On,
    Off,

    /// <summary>Counts as if it were on, reports what it would have refused, and refuses nothing.</summary>
    DryRun,
}

/// <summary>One limit: section <c>limits.&lt;name&gt;</c>. On the ground because several rooms hold to limits and none owns them.</summary>
/// <param name="Name">The limit's name in settings, metrics, fields and keys.</param>
internal sealed record LimitOptions(string Name)
{
    /// <summary><c>limits.&lt;name&gt;.permits</c>: how many in a window. 1 to 1000000. Default by name.</summary>
    public required int Permits { get; init; }

    /// <summary><c>limits.&lt;name&gt;.window</c>: the window's length. 1s to 7d. Default by name.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary><c>limits.&lt;name&gt;.mode</c>: <c>on</c>, <c>off</c> or <c>dry_run</c> (counts and reports as if on, refuses nothing). Default by name.</summary>
    public LimitMode Mode { get; init; }

    /// <param name="limits">The section <c>limits</c>.</param>
    /// <param name="defaults">The limit's name, and what holds where nothing is set.</param>
    public static LimitOptions Read(SettingsSection limits, LimitOptions defaults) => ReadItself(limits.Section(defaults.Name), defaults);

    /// <param name="section">The limit's own section.</param>
    /// <param name="defaults">The limit's name, and what holds where nothing is set.</param>
    public static LimitOptions ReadItself(SettingsSection section, LimitOptions defaults) => defaults with
    {
        Permits = section.Int("permits", defaults.Permits, 1, 1_000_000),
        Window = section.Duration("window", defaults.Window, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
        Mode = section.Choice("mode", defaults.Mode, ("on", LimitMode.On), ("off", LimitMode.Off), ("dry_run", LimitMode.DryRun)),
    };
}
