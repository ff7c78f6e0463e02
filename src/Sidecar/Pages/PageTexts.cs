using System.Text.RegularExpressions;
using Sidecar.Hosting;
using Sidecar.Mail;

namespace Sidecar.Pages;

/// <summary>
/// The words of the pages by language: the shipped files, over them those of the operator's folder, over them
/// <c>pages.texts</c>. What a language lacks is English there. A further language is one more file.
/// </summary>
/// <remarks><c>pages.texts.&lt;language&gt;.&lt;key&gt;</c>: a single text over that of the files, see [pages](pages.md#words).</remarks>
internal sealed partial class PageTexts
{
    private const string Base = "en";
    private const string Ending = ".yaml";

    private readonly SortedDictionary<string, Dictionary<string, string>> _languages = new(StringComparer.OrdinalIgnoreCase);

    private PageTexts()
    {
    }

    /// <summary>The tags, in order.</summary>
    public IReadOnlyCollection<string> Languages => _languages.Keys;

    /// <param name="directories">The folders, each over the one before; the first is the shipped one, whose English says which keys there are.</param>
    /// <param name="overrides">The section <c>pages.texts</c>.</param>
    /// <param name="faults">Where faults are collected.</param>
    public static PageTexts Load(IEnumerable<string> directories, SettingsSection overrides, List<Fault> faults)
    {
        var texts = new PageTexts();
        foreach (var file in directories.SelectMany(Files))
        {
            texts.ReadFile(file, faults);
        }

        foreach (var language in overrides.Keys.Where(LanguageTag.IsTag))
        {
            var section = overrides.Section(language);
            texts.Take(language.Replace('_', '-'), section.Keys.Select(key => KeyValuePair.Create(key, section.Text(key))), (key, problem, fix) => section.Reject(key, problem, fix));
        }

        return texts;
    }

    /// <summary>All words of a language that is there.</summary>
    public IReadOnlyDictionary<string, string> Of(string language) => _languages[language];

    /// <summary>The language that serves somebody best who wants these.</summary>
    public string Choose(IEnumerable<string> wanted, string fallback) =>
        LanguageTag.Lookup(wanted, _languages.Keys) ?? LanguageTag.Lookup([fallback], _languages.Keys) ?? Base;

    private static IEnumerable<string> Files(string directory) =>
        Directory.Exists(directory)
            // English first: it says which keys there are.
            ? Directory.EnumerateFiles(directory, "*" + Ending).OrderByDescending(static file => Path.GetFileNameWithoutExtension(file) == Base).ThenBy(static file => file, StringComparer.Ordinal)
            : [];

    private void ReadFile(string file, List<Fault> faults)
    {
        var language = Path.GetFileNameWithoutExtension(file);
        var found = new List<Fault>();
        var node = YamlSettings.Load(file, found);
        // A slip in a text must not keep the app from being served, as one in the settings does.
        faults.AddRange(found.Select(static fault => fault with { Key = "pages.texts", IsHarmless = true }));
        if (node?.Map is { } map && LanguageTag.IsTag(language))
        {
            Take(language, map.Select(static entry => KeyValuePair.Create(entry.Key, entry.Value.Text ?? "")), (key, problem, fix) => faults.Add(new Fault(file, $"pages.texts.{key}", "", problem, fix)));
        }
    }

    private void Take(string language, IEnumerable<KeyValuePair<string, string>> entries, Action<string, string, string> wrong)
    {
        var known = _languages.GetValueOrDefault(Base);
        var texts = _languages.TryGetValue(language, out var there) ? there : new Dictionary<string, string>(known ?? [], StringComparer.Ordinal);
        _languages[language] = texts;
        foreach (var (key, text) in entries)
        {
            if (known is not null && !known.ContainsKey(key) && !known.ContainsKey(key[(key.IndexOf('_', StringComparison.Ordinal) + 1)..]))
            {
                wrong(key, "is no text of the pages", NearestName.Of(key, known.Keys) is { } nearest ? $"did you mean `{nearest}`?" : "remove it; conf/pages/en.yaml holds all there are");
            }
            else if (known is not null && known.TryGetValue(key, out var model) && Names(text).Except(Names(model)).FirstOrDefault() is { } strange)
            {
                wrong(key, $"names {{{strange}}}, which is not filled in there", "use the names in braces that conf/pages/en.yaml has in this text");
            }
            else
            {
                texts[key] = text;
            }
        }
    }

    private static IEnumerable<string> Names(string text) => Placeholder.Matches(text).Select(static match => match.Groups[1].Value);

    [GeneratedRegex(@"\{([a-z]+)\}")]
    private static partial Regex Placeholder { get; }
}
