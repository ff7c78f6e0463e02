using System.Globalization;

namespace Sidecar.Hosting;

/// <summary>
/// A part of the settings as an options class reads it. Every reader returns something usable and records what was wrong, so
/// that one pass reports all faults; every key that is read counts as known.
/// </summary>
internal sealed partial class SettingsSection
{
    private readonly SettingNode? _node;
    private readonly HashSet<string> _known = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<SettingsSection> _children = [];
    private readonly Dictionary<string, SettingNode> _fromFiles = new(StringComparer.OrdinalIgnoreCase);

    public SettingsSection(string path, SettingNode? node, List<Fault> faults)
        : this(path, node, new SettingsReading(".", faults))
    {
    }

    public SettingsSection(string path, SettingNode? node, SettingsReading reading)
    {
        Path = path;
        Reading = reading;
        if (node is null or { Map: not null } or { IsScalar: true, Text: null or "" })
        {
            _node = node;
        }
        else
        {
            // Whatever stands here may hold a secret, such as the URL of a store with its password.
            Faults.Add(new Fault(node.Source, path, "", $"is {Form(node)} and no section", $"write keys below `{LastName(path)}:`"));
        }
    }

    /// <summary>The dotted key of this section; empty at the top.</summary>
    public string Path { get; }

    /// <summary>What all sections of one reading share.</summary>
    public SettingsReading Reading { get; }

    /// <summary>Where faults are collected; shared by all sections of one reading.</summary>
    public List<Fault> Faults => Reading.Faults;

    /// <summary>Whether any layer names this section.</summary>
    public bool Exists => _node is { Map.Count: > 0 };

    public bool Has(string key) => Find(key) is { } node && (!node.IsScalar || !string.IsNullOrEmpty(node.Text));

    public SettingsSection Section(string key)
    {
        // One for each key, however many readers: each must know what the others asked for.
        if (_known.Add(key) || _children.Find(other => other.Path.Equals(Name(key), StringComparison.OrdinalIgnoreCase)) is not { } child)
        {
            child = new SettingsSection(Name(key), Find(key), Reading);
            _children.Add(child);
        }

        return child;
    }

    /// <summary>A list of objects; empty when no layer names it.</summary>
    public IReadOnlyList<SettingsSection> Sections(string key)
    {
        _known.Add(key);
        var items = Items(key);
        var sections = items.Select((item, i) => new SettingsSection($"{Name(key)}[{i}]", item, Reading)).ToArray();
        _children.AddRange(sections);
        return sections;
    }

    /// <summary>A map whose keys the configuration chooses, such as <c>limits</c>.</summary>
    public IEnumerable<string> Keys => _node?.Map?.Keys ?? Enumerable.Empty<string>();

    /// <summary>A text; <paramref name="fallback"/> where no layer names the key or the value is null.</summary>
    public string Text(string key, string fallback = "", bool secret = false)
    {
        var node = Scalar(key);
        Used(key, SettingKind.Text, node?.Text, fallback, secret);
        if (node?.Text is not { } text)
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
        Used(key, SettingKind.Bool, node?.Text, fallback ? "true" : "false");
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
        Reading.Uses.Add(Use(key, SettingKind.Int, node?.Text, fallback.ToString(CultureInfo.InvariantCulture)) with { Range = (min, max) });
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
        Reading.Uses.Add(Use(key, SettingKind.Duration, node?.Text, Durations.Format(fallback)) with { Span = (min, max) });
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
        var (words, standard) = (new List<string>(choices.Length), "");
        foreach (var (word, value) in choices)
        {
            words.Add(word);
            standard = standard.Length == 0 && EqualityComparer<T>.Default.Equals(value, fallback) ? word : standard;
        }

        Reading.Uses.Add(Use(key, SettingKind.Choice, node?.Text, standard) with { Words = words });
        if (string.IsNullOrEmpty(node?.Text))
        {
            return fallback;
        }

        foreach (var (word, value) in choices)
        {
            if (string.Equals(word, node.Text, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        Add(node, key, false, "is not a known word here", $"write one of {string.Join(", ", words)}");
        return fallback;
    }

    /// <summary>A list of texts; a single scalar counts as a list of one, with commas as separators.</summary>
    public IReadOnlyList<string> Texts(string key, params string[] fallback)
    {
        _known.Add(key);
        var node = Find(key);
        IReadOnlyList<string>? written = node is null or { IsScalar: true, Text: null } ? null
            : node.IsScalar ? node.Text!.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : [.. Items(key).Select(static item => item.Text ?? "")];
        Used(key, SettingKind.Texts, written is null ? null : string.Join(", ", written), string.Join(", ", fallback));
        return written ?? fallback;
    }

    /// <summary>Notes that the content of this file counts, so that its change is one of the settings.</summary>
    /// <param name="key">The setting that names it.</param>
    /// <param name="path">The file.</param>
    public void Refers(string key, string path)
    {
        Reading.Files.Add(path);
        Reading.Uses.Add(new(Name(key), SettingKind.Content, "", SettingsReading.MarkOf(path)));
    }

    private void Used(string key, SettingKind kind, string? written, string fallback, bool secret = false) =>
        Reading.Uses.Add(Use(key, kind, written, fallback, secret));

    private SettingUse Use(string key, SettingKind kind, string? written, string fallback, bool secret = false)
    {
        var value = string.IsNullOrEmpty(written) && kind is not (SettingKind.Text or SettingKind.Texts) ? fallback : written ?? fallback;
        return secret
            ? new(Name(key), kind, value.Length > 0 ? "***" : "", SettingsReading.Mark(value)) { IsSecret = true }
            : new(Name(key), kind, WithoutLogin(value), value) { Default = fallback };
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
        if (_fromFiles.TryGetValue(key, out var read))
        {
            return read;
        }

        if (_node?.Map is not { } map)
        {
            return null;
        }

        return map.TryGetValue(key, out var node) || map.TryGetValue(key.Replace('-', '_'), out node) ? node : null;
    }

    private static string Form(SettingNode node) => node.IsScalar ? "a single value" : "a list";

    private string Name(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    private static string LastName(string path) => path[(path.LastIndexOf('.') + 1)..];
}
