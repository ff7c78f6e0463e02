using System.Globalization;

namespace Sidecar.Hosting;

/// <summary>
/// A part of the settings as an options class reads it. Every reader returns something usable and records what was wrong, so
/// that one pass reports all faults; every key that is read counts as known.
/// </summary>
internal sealed class SettingsSection
{
    private readonly SettingNode? _node;
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<SettingsSection> _children = [];

    public SettingsSection(string path, SettingNode? node, List<Fault> faults)
    {
        Path = path;
        Faults = faults;
        if (node is null or { Map: not null } or { IsScalar: true, Text: null or "" })
        {
            _node = node;
        }
        else
        {
            // Whatever stands here may hold a secret, such as the URL of a store with its password.
            faults.Add(new Fault(node.Source, path, "", $"is {Form(node)} and no section", $"write keys below `{LastName(path)}:`"));
        }
    }

    /// <summary>The dotted key of this section; empty at the top.</summary>
    public string Path { get; }

    /// <summary>Where faults are collected; shared by all sections of one reading.</summary>
    public List<Fault> Faults { get; }

    /// <summary>Whether any layer names this section.</summary>
    public bool Exists => _node is { Map.Count: > 0 };

    public bool Has(string key) => Find(key) is { } node && (!node.IsScalar || !string.IsNullOrEmpty(node.Text));

    public SettingsSection Section(string key)
    {
        // One for each key, however many readers: each must know what the others asked for.
        if (_known.Add(key) || _children.Find(other => other.Path.Equals(Name(key), StringComparison.OrdinalIgnoreCase)) is not { } child)
        {
            child = new SettingsSection(Name(key), Find(key), Faults);
            _children.Add(child);
        }

        return child;
    }

    /// <summary>A list of objects; empty when no layer names it.</summary>
    public IReadOnlyList<SettingsSection> Sections(string key)
    {
        _known.Add(key);
        var items = Items(key);
        var sections = items.Select((item, i) => new SettingsSection($"{Name(key)}[{i}]", item, Faults)).ToArray();
        _children.AddRange(sections);
        return sections;
    }

    /// <summary>A map whose keys the configuration chooses, such as <c>limits</c>.</summary>
    public IEnumerable<string> Keys => _node?.Map?.Keys ?? Enumerable.Empty<string>();

    /// <summary>A text; <paramref name="fallback"/> where no layer names the key or the value is null.</summary>
    public string Text(string key, string fallback = "", bool secret = false)
    {
        if (Scalar(key) is not { Text: { } text } node)
        {
            return fallback;
        }

        if (text.StartsWith("${", StringComparison.Ordinal))
        {
            Add(node, key, secret, "is a template that nobody filled in", "give the file as the app's container renders it, with the values in place");
            return fallback;
        }

        return text;
    }

    public bool Bool(string key, bool fallback)
    {
        var node = Scalar(key);
        switch (node?.Text?.ToLowerInvariant())
        {
            case null or "":
                return fallback;
            case "true" or "yes" or "on" or "1":
                return true;
            case "false" or "no" or "off" or "0":
                return false;
            default:
                Add(node, key, false, "is neither true nor false", "write true or false");
                return fallback;
        }
    }

    public int Int(string key, int fallback, int min, int max)
    {
        var node = Scalar(key);
        if (string.IsNullOrEmpty(node?.Text))
        {
            return fallback;
        }

        if (!int.TryParse(node.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) || value < min || value > max)
        {
            Add(node, key, false, $"is not a whole number from {min} to {max}", $"write one, such as {fallback}");
            return fallback;
        }

        return value;
    }

    /// <summary>A duration such as <c>500ms</c>, <c>60s</c>, <c>5m</c>, <c>24h</c> or <c>7d</c>.</summary>
    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan min, TimeSpan max)
    {
        var node = Scalar(key);
        if (string.IsNullOrEmpty(node?.Text))
        {
            return fallback;
        }

        if (!Durations.TryParse(node.Text, out var value))
        {
            Add(node, key, false, "is not a duration", $"write a number with ms, s, m, h or d, such as {Durations.Format(fallback)}");
            return fallback;
        }

        if (value < min || value > max)
        {
            Add(node, key, false, $"is outside {Durations.Format(min)} to {Durations.Format(max)}", $"write a duration in that range, such as {Durations.Format(fallback)}");
            return fallback;
        }

        return value;
    }

    /// <summary>One word of a closed set.</summary>
    public T Choice<T>(string key, T fallback, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        var node = Scalar(key);
        if (string.IsNullOrEmpty(node?.Text))
        {
            return fallback;
        }

        var words = new List<string>(choices.Length);
        foreach (var (word, value) in choices)
        {
            if (string.Equals(word, node.Text, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }

            words.Add(word);
        }

        Add(node, key, false, "is not a known word here", $"write one of {string.Join(", ", words)}");
        return fallback;
    }

    /// <summary>A list of texts; a single scalar counts as a list of one, with commas as separators.</summary>
    public IReadOnlyList<string> Texts(string key, params string[] fallback)
    {
        _known.Add(key);
        if (Find(key) is not { } node || node is { IsScalar: true, Text: null })
        {
            return fallback;
        }

        if (node.IsScalar)
        {
            return node.Text!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }

        return [.. Items(key).Select(static item => item.Text ?? "")];
    }

    /// <summary>Records that the value of <paramref name="key"/> is wrong.</summary>
    public void Reject(string key, string problem, string fix, bool secret = false) => Add(Find(key), key, secret, problem, fix);

    /// <summary>Records something that recovery can do without, though its operator will miss it.</summary>
    public void Mind(string key, string problem, string fix) =>
        Faults.Add(new Fault(Find(key)?.Source ?? "configuration", Name(key), WithoutLogin(Find(key)?.Text ?? ""), problem, fix) { IsHarmless = true });

    /// <summary>
    /// Records keys that no reader of this section or of those below asked for. Sections of the app's own file that are not
    /// ours are nobody's mistake.
    /// </summary>
    public void RejectUnknownKeys()
    {
        foreach (var (key, node) in _node?.Map ?? [])
        {
            var isTheApps = Path.Length == 0 && node.Source.EndsWith("service_conf.yaml", StringComparison.Ordinal);
            if (!isTheApps && !_known.Contains(key) && !_known.Contains(key.Replace('_', '-')))
            {
                var nearest = NearestName.Of(key, _known);
                var fix = nearest is null ? "remove it, or look the name up in docs/configuration.md" : $"did you mean `{nearest}`?";
                Faults.Add(new Fault(node.Source, Name(key), "", "is not a setting", fix) { IsHarmless = true });
            }
        }

        foreach (var child in _children)
        {
            child.RejectUnknownKeys();
        }
    }

    private List<SettingNode> Items(string key)
    {
        var node = Find(key);
        switch (node)
        {
            case { List: { } list }:
                return list;
            case { Text.Length: > 0 } or { Map.Count: > 0 }:
                Add(node, key, true, "is not a list", "write items, each on a line that starts with `- `");
                return [];
            default:
                return [];
        }
    }

    private SettingNode? Scalar(string key)
    {
        _known.Add(key);
        var node = Find(key);
        if (node is { IsScalar: false })
        {
            Add(node, key, false, "is not a single value", "write one value behind the colon");
            return null;
        }

        return node;
    }

    private SettingNode? Find(string key)
    {
        if (_node?.Map is not { } map)
        {
            return null;
        }

        return map.TryGetValue(key, out var node) || map.TryGetValue(key.Replace('-', '_'), out node) ? node : null;
    }

    private void Add(SettingNode? node, string key, bool secret, string problem, string fix)
    {
        var value = secret && !string.IsNullOrEmpty(node?.Text) ? "***" : WithoutLogin(node?.Text ?? "");
        Faults.Add(new Fault(node?.Source ?? "configuration", Name(key), value, problem, fix));
    }

    /// <summary>A URL keeps its place and loses its user and password.</summary>
    private static string WithoutLogin(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal) + 3;
        var end = text.LastIndexOf('@');
        return start >= 3 && end > start ? $"{text[..start]}***{text[end..]}" : text;
    }

    private static string Form(SettingNode node) => node.IsScalar ? "a single value" : "a list";

    private string Name(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    private static string LastName(string path) => path[(path.LastIndexOf('.') + 1)..];
}
