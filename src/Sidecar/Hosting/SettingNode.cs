namespace Sidecar.Hosting;

/// <summary>
/// A place in the settings tree: a scalar, a map or a list, with the source that named it, so that a fault can say where
/// the value stands.
/// </summary>
internal sealed class SettingNode
{
    private SettingNode(string source) => Source = source;

    public string Source { get; }

    /// <summary>The text of a scalar; null for YAML's null and for maps and lists.</summary>
    public string? Text { get; private init; }

    public Dictionary<string, SettingNode>? Map { get; private init; }

    public List<SettingNode>? List { get; private init; }

    public bool IsScalar => Map is null && List is null;

    public static SettingNode Scalar(string source, string? text) => new(source) { Text = text };

    public static SettingNode OfMap(string source, Dictionary<string, SettingNode> map) => new(source) { Map = map };

    public static SettingNode OfList(string source, List<SettingNode> list) => new(source) { List = list };

    /// <summary>
    /// <paramref name="upper"/> laid over <paramref name="lower"/>: maps merge by key, lists of objects by index, and
    /// everything else (scalars, lists of scalars) is replaced whole.
    /// </summary>
    public static SettingNode Merge(SettingNode lower, SettingNode upper)
    {
        if (lower.Map is { } lowerMap && upper.Map is { } upperMap)
        {
            var merged = new Dictionary<string, SettingNode>(lowerMap, StringComparer.OrdinalIgnoreCase);
            foreach (var (key, value) in upperMap)
            {
                // A key that the environment spells with `_` means the one that a file spells with `-`.
                var name = merged.ContainsKey(key) ? key : key.Replace('_', '-') is var dashed && merged.ContainsKey(dashed) ? dashed : key;
                merged[name] = merged.TryGetValue(name, out var below) ? Merge(below, value) : value;
            }

            return OfMap(upper.Source, merged);
        }

        if (lower.List is { } lowerList && upper.List is { Count: > 0 } upperList && upperList.All(static item => !item.IsScalar))
        {
            var merged = new List<SettingNode>(lowerList);
            for (var i = 0; i < upperList.Count; i++)
            {
                if (i < merged.Count)
                {
                    merged[i] = Merge(merged[i], upperList[i]);
                }
                else
                {
                    merged.Add(upperList[i]);
                }
            }

            return OfList(upper.Source, merged);
        }

        return upper;
    }
}
