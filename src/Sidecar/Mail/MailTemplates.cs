using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// The words of every mail, from <c>NAME.text.hbs</c> (its first line the subject) and <c>NAME.html.hbs</c> in a folder for each
/// language. Those of a later reading take their place at once, for whoever holds this.
/// </summary>
internal sealed class MailTemplates
{
    private volatile Words _words;

    private MailTemplates(Words words) => _words = words;

    /// <summary>The languages there are, in order.</summary>
    public IReadOnlyList<string> Languages => _words.Set.Languages;

    /// <summary>Stands for what the files hold.</summary>
    public string Mark => _words.Mark;

    /// <summary>The mails there are.</summary>
    public IEnumerable<string> Names => _words.Set.Names;

    /// <summary>Loads what <paramref name="rules"/> name. What is wrong becomes a fault, and that mail is missing then.</summary>
    /// <param name="directory">Where the files are.</param>
    /// <param name="rules">The mails there are.</param>
    /// <param name="shared">What every mail may name, such as <c>app_name</c>.</param>
    /// <param name="faults">Where faults are collected.</param>
    /// <param name="language">The language of mails for whoever asks for none that is there.</param>
    /// <param name="shipped">Where mails come from that <paramref name="directory"/> lacks; null for nowhere.</param>
    public static MailTemplates Load(
        string directory, IEnumerable<TemplateRule> rules, IReadOnlyDictionary<string, object?> shared, List<Fault> faults, string language = "en", string? shipped = null)
    {
        var own = TemplateFiles.Read(directory);
        var below = shipped is null || Path.GetFullPath(shipped) == Path.GetFullPath(directory) ? null : TemplateFiles.Read(shipped);
        // RAGFlow's templates may name the recipient.
        return new(new(TemplateSet.Read(own, below, [.. rules], [.. shared.Keys, "email"], language, faults), shared, own.Mark() + below?.Mark()));
    }

    /// <summary>Whether every mail can be written in this language.</summary>
    public bool Speaks(string language) => _words.Set.Speaks(language);

    /// <summary>Writes from now on as those do.</summary>
    public void TakeOver(MailTemplates next) => _words = next._words;

    /// <summary>The letter in its words, in its language or the nearest there is.</summary>
    public Message Render(Letter letter)
    {
        var (set, shared, _) = _words;
        var template = set.Find(letter.Template, letter.Language)
            ?? throw new InvalidOperationException($"There is no mail template {letter.Template}.");
        var model = new Dictionary<string, object?>(shared, StringComparer.Ordinal) { ["email"] = letter.To };
        foreach (var (name, value) in letter.Model)
        {
            model[name] = value;
        }

        return template.Render(letter.To, model);
    }

    /// <summary>What changes together.</summary>
    private sealed record Words(TemplateSet Set, IReadOnlyDictionary<string, object?> Shared, string Mark);
}
