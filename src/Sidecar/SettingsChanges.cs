using Sidecar.Hosting;

namespace Sidecar;

/// <summary>A setting that is not what it was.</summary>
/// <param name="Key">The dotted key.</param>
/// <param name="Old">What held, as logs may show it.</param>
/// <param name="New">What is written now.</param>
/// <param name="IsContent">Whether the setting still names the same file, and the file holds something else.</param>
internal sealed record SettingChange(string Key, string Old, string New, bool IsContent);

/// <summary>The values in force, against which a later reading is held. What takes a restart stays on the old value here.</summary>
internal sealed class SettingsChanges
{
    private readonly Dictionary<(string Key, bool IsContent), SettingUse> _inForce;

    public SettingsChanges(SettingsReading reading) => _inForce = Index(reading);

    /// <summary>What differs between what is in force and this reading, by key.</summary>
    public IReadOnlyList<SettingChange> To(SettingsReading next)
    {
        var written = Index(next);
        return
        [
            .. _inForce.Keys.Union(written.Keys)
                .Where(name => _inForce.GetValueOrDefault(name)?.Mark != written.GetValueOrDefault(name)?.Mark)
                .OrderBy(static name => name.Key, StringComparer.Ordinal)
                .Select(name => new SettingChange(name.Key, Shown(_inForce, name), Shown(written, name), name.IsContent))
                // A key that nobody wrote comes and goes with the list it belongs to.
                .Where(static change => change.IsContent || change.Old.Length > 0 || change.New.Length > 0),
        ];
    }

    /// <summary>From now on the new value of this setting holds.</summary>
    public void Take(SettingChange change, SettingsReading next)
    {
        var name = (change.Key, change.IsContent);
        if (Index(next).TryGetValue(name, out var use))
        {
            _inForce[name] = use;
        }
        else
        {
            _inForce.Remove(name);
        }
    }

    /// <summary>A setting that two readers ask for is one.</summary>
    private static Dictionary<(string Key, bool IsContent), SettingUse> Index(SettingsReading reading) =>
        reading.Uses.DistinctBy(static use => (use.Key, use.Kind == SettingKind.Content)).ToDictionary(static use => (use.Key, use.Kind == SettingKind.Content));

    private static string Shown(Dictionary<(string, bool), SettingUse> uses, (string, bool) name) => uses.TryGetValue(name, out var use) ? use.Shown : "";
}
