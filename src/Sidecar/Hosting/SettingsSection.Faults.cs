namespace Sidecar.Hosting;

/// <summary>What is wrong with a section, without any secret.</summary>
internal sealed partial class SettingsSection
{
    private bool _isTheApps;

    /// <summary>Records that the value of <paramref name="key"/> is wrong.</summary>
    public void Reject(string key, string problem, string fix, bool secret = false) => Add(Find(key), key, secret, problem, fix);

    /// <summary>Records something that recovery can do without, though its operator will miss it.</summary>
    public void Mind(string key, string problem, string fix) =>
        Faults.Add(new Fault(Find(key)?.Source ?? "configuration", Name(key), WithoutLogin(Find(key)?.Text ?? ""), problem, fix) { IsHarmless = true });

    /// <summary>What the app keeps here beside what is read of it is its affair.</summary>
    public void IsTheApps() => _isTheApps = true;

    /// <summary>
    /// Records keys that no reader of this section or of those below asked for. Sections of the app's own file that are not
    /// ours are nobody's mistake.
    /// </summary>
    public void RejectUnknownKeys()
    {
        foreach (var (key, node) in _node?.Map ?? [])
        {
            var isTheApps = (Path.Length == 0 || _isTheApps) && SettingsLoader.IsTheApps(node.Source);
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
}
