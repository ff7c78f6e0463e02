using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// All mails in all their languages, as the folders stood at one moment. The operator's folder lies over the shipped one: what
/// it lacks is there all the same. A file directly in it is that mail in every language it has no folder for.
/// </summary>
internal sealed class TemplateSet
{
    /// <summary>What is there when nothing else is.</summary>
    private const string LastResort = "en";

    private readonly Dictionary<string, Mail> _mails = new(StringComparer.Ordinal);

    private TemplateSet()
    {
    }

    /// <summary>The languages that any mail is there in, in order.</summary>
    public IReadOnlyList<string> Languages { get; private set; } = [];

    public IEnumerable<string> Names => _mails.Keys.Order(StringComparer.Ordinal);

    /// <summary>Reads and compiles. What is wrong becomes a fault, and that mail is missing then.</summary>
    /// <param name="own">The operator's files.</param>
    /// <param name="shipped">The files beneath them; null where the operator's are the shipped ones.</param>
    /// <param name="rules">The mails there are.</param>
    /// <param name="shared">What every mail may name besides its own.</param>
    /// <param name="language">The language of whoever asked for none.</param>
    /// <param name="faults">Where faults are collected.</param>
    public static TemplateSet Read(TemplateFiles own, TemplateFiles? shipped, IReadOnlyCollection<TemplateRule> rules, IReadOnlyCollection<string> shared, string language, List<Fault> faults)
    {
        var set = new TemplateSet();
        if (!own.Exists)
        {
            faults.Add(new Fault("configuration", TemplateReader.Key, own.Directory, "is not a folder that can be read", "give the folder that holds the mail templates, or leave it out for the shipped ones"));
            return set;
        }

        var reader = new TemplateReader(own, shared, faults);
        reader.MindStrangers(rules);
        var beneath = shipped is null ? null : new TemplateReader(shipped, shared, faults);
        rules = [.. rules.Where(static rule => rule.IsUsed)];
        foreach (var rule in rules)
        {
            var before = faults.Count;
            var languages = ReadAll(reader, own, rule);
            var everywhere = reader.Has("", rule) ? reader.Read("", rule) : null;
            if (beneath is not null && !reader.Has("", rule))
            {
                foreach (var (name, template) in ReadAll(beneath, shipped!, rule))
                {
                    languages.TryAdd(name, template);
                }
            }

            if (languages.Count == 0 && everywhere is null && faults.Count == before)
            {
                // Nowhere at all: told as two files that do not exist.
                reader.Read("", rule);
            }

            set._mails[rule.Name] = new Mail(languages, everywhere, language);
        }

        set.Languages = [.. set._mails.Values.SelectMany(static mail => mail.Languages.Keys).Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];
        set.MindGaps(reader, own, rules);
        return set;
    }

    /// <summary>The mail, in the language or the nearest there is; null when there is no such mail.</summary>
    public MailTemplate? Find(string name, string language) => _mails.TryGetValue(name, out var mail) ? mail.In(language) : null;

    /// <summary>Whether every mail can be written in this language.</summary>
    public bool Speaks(string language) =>
        _mails.Values.All(mail => mail.Everywhere is not null || LanguageTag.Lookup([language], mail.Languages.Keys) is not null);

    private static Dictionary<string, MailTemplate> ReadAll(TemplateReader reader, TemplateFiles files, TemplateRule rule)
    {
        var languages = new Dictionary<string, MailTemplate>(StringComparer.OrdinalIgnoreCase);
        foreach (var folder in files.Folders.Where(folder => LanguageTag.IsTag(folder) && reader.Has(folder + "/", rule)))
        {
            if (reader.Read(folder + "/", rule) is { } template)
            {
                languages[folder] = template;
            }
        }

        return languages;
    }

    /// <summary>A language that has one mail and not the other mixes languages within one recovery.</summary>
    private void MindGaps(TemplateReader reader, TemplateFiles own, IReadOnlyCollection<TemplateRule> rules)
    {
        foreach (var folder in own.Folders.Where(LanguageTag.IsTag))
        {
            foreach (var rule in rules.Where(rule => !reader.Has(folder + "/", rule) && !_mails[rule.Name].Languages.ContainsKey(folder)))
            {
                reader.Mind(folder, $"lacks {rule.Name}, which goes out in another language then", $"add {rule.TextFile} and {rule.HtmlFile}");
            }
        }
    }

    private sealed record Mail(Dictionary<string, MailTemplate> Languages, MailTemplate? Everywhere, string Default)
    {
        public MailTemplate? In(string language) => LanguageTag.Lookup([language], Languages.Keys) is { } found ? Languages[found] : Fallback;

        private MailTemplate? Fallback =>
            LanguageTag.Lookup([Default], Languages.Keys) is { } found ? Languages[found]
            : Everywhere ?? Languages.GetValueOrDefault(LastResort) ?? Languages.Values.FirstOrDefault();
    }
}
