using System.Collections;
using System.Globalization;

namespace Sidecar.Hosting;

/// <summary>
/// Lays the sources over each other: flags, environment, <c>sidecar.yaml</c>, <c>local.service_conf.yaml</c>,
/// <c>service_conf.yaml</c>, the first the strongest.
/// </summary>
internal static class SettingsLoader
{
    private const string EnvironmentPrefix = "SIDECAR__";

    public static SettingsSection Load(string directory, IReadOnlyList<string> sets, IDictionary environment)
    {
        var faults = new List<Fault>();
        var reading = new SettingsReading(directory, faults);
        if (!Directory.Exists(directory))
        {
            faults.Add(new Fault(directory, "", "", "is not a directory", "give the folder that holds sidecar.yaml with --config DIR or SIDECAR_CONFIG"));
        }

        var app = YamlSettings.Load(At("service_conf.yaml"), faults);
        var local = YamlSettings.Load(At("local.service_conf.yaml"), faults);
        var root = ReplaceSections(app, local);
        root = Over(root, YamlSettings.Load(At("sidecar.yaml"), faults));
        root = Over(root, Layer(FromEnvironment(environment)));
        root = Over(root, Layer(FromFlags(sets, faults)));
        return new SettingsSection("", root, reading);

        string At(string name)
        {
            var path = Path.Combine(directory, name);
            reading.Files.Add(path);
            return path;
        }
    }

    /// <summary>Whether a source is one of the app's own files.</summary>
    public static bool IsTheApps(string source) => Strength(source) < 2;

    /// <summary>How strong a source is against others.</summary>
    public static int Strength(string source) =>
        source.StartsWith("--set", StringComparison.Ordinal) ? 4
        : source.StartsWith("environment ", StringComparison.Ordinal) ? 3
        : Path.GetFileName(source) switch
        {
            "service_conf.yaml" => 0,
            "local.service_conf.yaml" => 1,
            _ => 2,
        };

    /// <summary>The app's local file replaces whole top-level sections, as the app itself reads it.</summary>
    private static SettingNode? ReplaceSections(SettingNode? lower, SettingNode? upper)
    {
        if (lower?.Map is not { } map || upper?.Map is null)
        {
            return upper ?? lower;
        }

        var result = new Dictionary<string, SettingNode>(map, StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in upper.Map)
        {
            result[key] = value;
        }

        return SettingNode.OfMap(upper.Source, result);
    }

    private static SettingNode? Over(SettingNode? lower, SettingNode? upper) =>
        lower is null ? upper : upper is null ? lower : SettingNode.Merge(lower, upper);

    private static IEnumerable<(string Source, string[] Path, string Value)> FromEnvironment(IDictionary environment)
    {
        var entries = new List<(string Source, string[] Path, string Value)>();
        foreach (DictionaryEntry entry in environment)
        {
            var name = (string)entry.Key;
            if (name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase) && name.Length > EnvironmentPrefix.Length)
            {
                var path = name[EnvironmentPrefix.Length..].ToLowerInvariant().Split("__");
                entries.Add(($"environment {name}", path, (string?)entry.Value ?? ""));
            }
        }

        return entries.OrderBy(static entry => entry.Source, StringComparer.Ordinal);
    }

    private static List<(string, string[], string)> FromFlags(IReadOnlyList<string> sets, List<Fault> faults)
    {
        var entries = new List<(string, string[], string)>();
        foreach (var set in sets)
        {
            var equals = set.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                faults.Add(new Fault("--set", "", "", "is not of the form section.key=value", "write it as --set recovery.cooldown=60s"));
                continue;
            }

            var path = set[..equals].Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
            entries.Add(($"--set {set[..equals]}", path.Split('.'), set[(equals + 1)..]));
        }

        return entries;
    }

    private static SettingNode? Layer(IEnumerable<(string Source, string[] Path, string Value)> entries)
    {
        SettingNode? layer = null;
        foreach (var (source, path, value) in entries)
        {
            layer = Over(layer, Nest(source, path, value));
        }

        return layer is null ? null : NumberedKeysToLists(layer);
    }

    private static SettingNode Nest(string source, string[] path, string value)
    {
        var node = SettingNode.Scalar(source, value);
        for (var i = path.Length - 1; i >= 0; i--)
        {
            node = SettingNode.OfMap(source, new(StringComparer.OrdinalIgnoreCase) { [path[i]] = node });
        }

        return node;
    }

    /// <summary>Environment and flags write lists as numbered keys (<c>SIDECAR__CONTRACTS__0</c>); gaps become empty objects, which merge to what lies below.</summary>
    private static SettingNode NumberedKeysToLists(SettingNode node)
    {
        if (node.Map is not { } map)
        {
            return node;
        }

        var children = map.ToDictionary(static entry => entry.Key, static entry => NumberedKeysToLists(entry.Value), StringComparer.OrdinalIgnoreCase);
        if (children.Count == 0 || !children.Keys.All(IsIndex))
        {
            return SettingNode.OfMap(node.Source, children);
        }

        var byIndex = children.ToDictionary(static entry => int.Parse(entry.Key, CultureInfo.InvariantCulture), static entry => entry.Value);
        var items = Enumerable.Range(0, byIndex.Keys.Max() + 1)
            .Select(i => byIndex.GetValueOrDefault(i) ?? SettingNode.OfMap(node.Source, new(StringComparer.OrdinalIgnoreCase)));
        return SettingNode.OfList(node.Source, [.. items]);
    }

    /// <summary>One spelling of each number only, so that no index is given twice.</summary>
    private static bool IsIndex(string key) => key.Length is 1 or 2 && key.All(char.IsAsciiDigit) && (key.Length == 1 || key[0] != '0');
}
