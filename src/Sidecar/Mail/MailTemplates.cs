using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// The words of every mail, from <c>NAME.text.hbs</c> (its first line the subject) and <c>NAME.html.hbs</c> in a folder for each
/// language. Files that change are taken in only when all of them are right; until then the last good ones stand.
/// </summary>
internal sealed class MailTemplates
{
    private readonly string _directory;
    private readonly string? _shipped;
    private readonly TemplateRule[] _rules;
    private readonly IReadOnlyDictionary<string, object?> _shared;
    private readonly string[] _sharedNames;
    private readonly string _language;
    private (TemplateFiles Own, TemplateFiles? Shipped) _seen;
    private volatile TemplateSet _current;

    private MailTemplates(string directory, IEnumerable<TemplateRule> rules, IReadOnlyDictionary<string, object?> shared, List<Fault> faults, string language, string? shipped)
    {
        (_directory, _rules, _shared, _language) = (directory, [.. rules], shared, language);
        // RAGFlow's templates may name the recipient.
        _sharedNames = [.. shared.Keys, "email"];
        _shipped = shipped is null || Path.GetFullPath(shipped) == Path.GetFullPath(directory) ? null : shipped;
        _seen = Look();
        _current = Read(faults);
    }

    /// <summary>The languages there are, in order.</summary>
    public IReadOnlyList<string> Languages => _current.Languages;

    /// <summary>The mails there are.</summary>
    public IEnumerable<string> Names => _current.Names;

    /// <summary>Loads what <paramref name="rules"/> name. What is wrong becomes a fault, and that mail is missing then.</summary>
    /// <param name="directory">Where the files are.</param>
    /// <param name="rules">The mails there are.</param>
    /// <param name="shared">What every mail may name, such as <c>app_name</c>.</param>
    /// <param name="faults">Where faults are collected.</param>
    /// <param name="language">The language of mails for whoever asks for none that is there.</param>
    /// <param name="shipped">Where mails come from that <paramref name="directory"/> lacks; null for nowhere.</param>
    public static MailTemplates Load(
        string directory, IEnumerable<TemplateRule> rules, IReadOnlyDictionary<string, object?> shared, List<Fault> faults, string language = "en", string? shipped = null) =>
        new(directory, rules, shared, faults, language, shipped);

    /// <summary>Whether every mail can be written in this language.</summary>
    public bool Speaks(string language) => _current.Speaks(language);

    /// <summary>Looks whether files changed since the last look, and takes them in when they are right.</summary>
    /// <returns>Null when nothing changed; otherwise all that is wrong with what is there now.</returns>
    public IReadOnlyList<Fault>? Reload()
    {
        var now = Look();
        if (now.Own.IsSameAs(_seen.Own) && (now.Shipped is null || now.Shipped.IsSameAs(_seen.Shipped!)))
        {
            return null;
        }

        _seen = now;
        var faults = new List<Fault>();
        var set = Read(faults);
        if (faults.All(static fault => fault.IsHarmless))
        {
            _current = set;
        }

        return faults;
    }

    /// <summary>The letter in its words, in its language or the nearest there is.</summary>
    public Message Render(Letter letter)
    {
        var template = _current.Find(letter.Template, letter.Language)
            ?? throw new InvalidOperationException($"There is no mail template {letter.Template}.");
        var model = new Dictionary<string, object?>(_shared, StringComparer.Ordinal) { ["email"] = letter.To };
        foreach (var (name, value) in letter.Model)
        {
            model[name] = value;
        }

        return template.Render(letter.To, model);
    }

    private (TemplateFiles Own, TemplateFiles? Shipped) Look() => (TemplateFiles.Read(_directory), _shipped is null ? null : TemplateFiles.Read(_shipped));

    private TemplateSet Read(List<Fault> faults) => TemplateSet.Read(_seen.Own, _seen.Shipped, _rules, _sharedNames, _language, faults);
}
