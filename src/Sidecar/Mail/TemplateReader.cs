using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>Makes mails of files, and faults with file and line of whatever would show only in somebody's mail.</summary>
/// <param name="files">The files.</param>
/// <param name="shared">What every mail may name besides its own.</param>
/// <param name="faults">Where faults are collected.</param>
internal sealed class TemplateReader(TemplateFiles files, IEnumerable<string> shared, List<Fault> faults)
{
    public const string Key = "mail.templates";
    private const string SubjectMark = "Subject:";

    private readonly string[] _shared = [.. shared];

    /// <summary>Whether the folder, or the language folder with this name and a slash, has any file of the mail.</summary>
    public bool Has(string prefix, TemplateRule rule) => files.Has(prefix + rule.TextFile) || files.Has(prefix + rule.HtmlFile);

    /// <summary>The mail of that place; null when it has a fault.</summary>
    public MailTemplate? Read(string prefix, TemplateRule rule)
    {
        var before = faults.Count;
        rule = rule with { Variables = [.. rule.Variables.Union(_shared)] };
        var text = Source(prefix + rule.TextFile, rule);
        var html = Source(prefix + rule.HtmlFile, rule);
        if (text is null || html is null)
        {
            return null;
        }

        if (SubjectOf(text) is not { } subject)
        {
            Add(prefix + rule.TextFile, 1, "", "does not start with the subject", "make the first line `Subject: …` and the second one empty");
            return null;
        }

        if (faults.Count > before)
        {
            return null;
        }

        var body = text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..].TrimStart();
        return files.AreShipped ? MailTemplate.Later(subject, body, html) : MailTemplate.Compile(subject, body, html, rule, (isHtml, problem, fix) =>
            faults.Add(new Fault(files.Full(prefix + (isHtml ? rule.HtmlFile : rule.TextFile)), Key, "", problem, fix)));
    }

    /// <summary>Records what lies in the folder and is no part of any mail: somebody meant it to be one.</summary>
    public void MindStrangers(IReadOnlyCollection<TemplateRule> rules)
    {
        string[] names = [.. rules.SelectMany(static rule => new[] { rule.TextFile, rule.HtmlFile })];
        foreach (var folder in files.Folders.Where(static folder => !LanguageTag.IsTag(folder)))
        {
            Mind(folder, "is no language's folder", "name it by the language's tag, such as zh or pt-BR");
        }

        foreach (var path in files.Paths.Where(path => !names.Contains(Path.GetFileName(path))))
        {
            Mind(path, "is no mail's file", NearestName.Of(Path.GetFileName(path), names) is { } nearest ? $"did you mean `{nearest}`?" : $"remove it; mails are {string.Join(", ", names)}");
        }
    }

    public void Mind(string path, string problem, string fix) => faults.Add(new Fault(files.Full(path), Key, "", problem, fix) { IsHarmless = true });

    private string? Source(string path, TemplateRule rule)
    {
        if (files.Text(path) is not { } source)
        {
            var problem = files.Has(path) ? "cannot be read, or is longer than 256 KiB" : "does not exist";
            faults.Add(new Fault(files.Full(path), Key, "", problem, "every mail needs its .text.hbs and its .html.hbs side by side"));
            return null;
        }

        foreach (var slip in TemplateLint.Check(source, rule.Variables, rule.Required))
        {
            Add(path, slip.Line, slip.Tag, slip.Problem, slip.Fix);
        }

        return source;
    }

    private void Add(string path, int line, string tag, string problem, string fix) => faults.Add(new Fault($"{files.Full(path)}:{line}", Key, tag, problem, fix));

    /// <summary>The subject's template, when the text starts with one and an empty line follows.</summary>
    private static string? SubjectOf(string text)
    {
        var lines = text.Split('\n', 3);
        return lines.Length == 3 && lines[0].StartsWith(SubjectMark, StringComparison.Ordinal) && lines[0].Length > SubjectMark.Length && lines[1].Trim().Length == 0
            ? lines[0][SubjectMark.Length..].Trim()
            : null;
    }
}
