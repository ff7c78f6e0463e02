using HandlebarsDotNet;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// The words of every mail, from <c>NAME.text.hbs</c> (its first line the subject) and <c>NAME.html.hbs</c>, checked and
/// compiled once at start. The only file that knows Handlebars.
/// </summary>
internal sealed class MailTemplates
{
    private const string Key = "mail.templates";
    private const string SubjectMark = "Subject:";
    private const string Sample = "QWMZKTRB";

    private static readonly IHandlebars ForText = Handlebars.Create(new HandlebarsConfiguration { NoEscape = true, ThrowOnUnresolvedBindingExpression = true });
    private static readonly IHandlebars ForHtml = Handlebars.Create(new HandlebarsConfiguration { ThrowOnUnresolvedBindingExpression = true });

    private readonly Dictionary<string, Compiled> _templates = new(StringComparer.Ordinal);
    private readonly IReadOnlyDictionary<string, object?> _shared;

    private MailTemplates(IReadOnlyDictionary<string, object?> shared) => _shared = shared;

    /// <summary>Loads what <paramref name="rules"/> name. What is wrong becomes a fault, and that template is missing then.</summary>
    /// <param name="directory">Where the files are.</param>
    /// <param name="rules">The mails there are.</param>
    /// <param name="shared">What every mail may name, such as <c>app_name</c>.</param>
    /// <param name="faults">Where faults are collected.</param>
    public static MailTemplates Load(string directory, IEnumerable<TemplateRule> rules, IReadOnlyDictionary<string, object?> shared, List<Fault> faults)
    {
        var templates = new MailTemplates(shared);
        foreach (var rule in rules)
        {
            if (templates.Compile(directory, rule, faults) is { } compiled)
            {
                templates._templates[rule.Name] = compiled;
            }
        }

        return templates;
    }

    public Message Render(Letter letter)
    {
        if (!_templates.TryGetValue(letter.Template, out var template))
        {
            throw new InvalidOperationException($"There is no mail template {letter.Template}.");
        }

        var model = new Dictionary<string, object?>(_shared, StringComparer.Ordinal);
        foreach (var (name, value) in letter.Model)
        {
            model[name] = value;
        }

        // A line break in the subject would end the header.
        var subject = template.Subject(model).ReplaceLineEndings(" ").Trim();
        return new Message(letter.To, subject, template.Text(model), template.Html(model));
    }

    private Compiled? Compile(string directory, TemplateRule rule, List<Fault> faults)
    {
        var before = faults.Count;
        string[] variables = [.. rule.Variables, .. _shared.Keys];
        var textFile = Path.Combine(directory, $"{rule.Name}.text.hbs");
        var htmlFile = Path.Combine(directory, $"{rule.Name}.html.hbs");
        var text = Source(textFile, variables, rule.Required, faults);
        var html = Source(htmlFile, variables, rule.Required, faults);
        if (text is not null && SubjectOf(text) is null)
        {
            faults.Add(new Fault($"{textFile}:1", Key, "", "does not start with the subject", "make the first line `Subject: …` and the second one empty"));
        }

        if (faults.Count > before || text is null || html is null || SubjectOf(text) is not { } subject)
        {
            return null;
        }

        var body = text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..].TrimStart();
        return Parse(textFile, ForText, subject, faults) is { } subjectPart
            && Parse(textFile, ForText, body, faults) is { } textPart
            && Parse(htmlFile, ForHtml, html, faults) is { } htmlPart
            && Shows(textFile, rule, textPart, faults)
            && Shows(htmlFile, rule, htmlPart, faults)
                ? new Compiled(subjectPart, textPart, htmlPart)
                : null;
    }

    /// <summary>Tries a part with everything set and with only what it must have: a condition around the code may leave it out of a mail.</summary>
    private bool Shows(string file, TemplateRule rule, Func<Dictionary<string, object?>, string> part, List<Fault> faults)
    {
        foreach (var optional in new[] { "x", "" })
        {
            var model = rule.Variables.Concat(_shared.Keys).Distinct().ToDictionary(static name => name, name => (object?)(rule.Required.Contains(name) ? Sample : optional), StringComparer.Ordinal);
            try
            {
                if (rule.Required.Count == 0 || part(model).Contains(Sample, StringComparison.Ordinal))
                {
                    continue;
                }

                faults.Add(new Fault(file, Key, "", $"can leave out {{{{ {rule.Required[0]} }}}}", "move it out of the condition around it"));
            }
            catch (HandlebarsException)
            {
                faults.Add(new Fault(file, Key, "", "cannot be rendered", "compare it with the shipped one"));
            }

            return false;
        }

        return true;
    }

    private static string? Source(string file, string[] variables, IReadOnlyList<string> required, List<Fault> faults)
    {
        try
        {
            var source = File.ReadAllText(file).ReplaceLineEndings("\n");
            foreach (var slip in TemplateLint.Check(source, variables, required))
            {
                faults.Add(new Fault($"{file}:{slip.Line}", Key, slip.Tag, slip.Problem, slip.Fix));
            }

            return source;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var problem = File.Exists(file) ? "cannot be read" : "does not exist";
            faults.Add(new Fault(file, Key, "", problem, "every mail needs its .text.hbs and its .html.hbs; set mail.templates to the folder that holds both"));
            return null;
        }
    }

    /// <summary>The subject's template, when the text starts with one and an empty line follows.</summary>
    private static string? SubjectOf(string text)
    {
        var lines = text.Split('\n', 3);
        return lines.Length == 3 && lines[0].StartsWith(SubjectMark, StringComparison.Ordinal) && lines[0].Length > SubjectMark.Length && lines[1].Trim().Length == 0
            ? lines[0][SubjectMark.Length..].Trim()
            : null;
    }

    private static Func<Dictionary<string, object?>, string>? Parse(string file, IHandlebars handlebars, string source, List<Fault> faults)
    {
        try
        {
            // Dictionaries alone: what Handlebars cannot reflect on in a native binary it renders as nothing.
            var template = handlebars.Compile(source);
            return model => template(model);
        }
        catch (HandlebarsException error)
        {
            faults.Add(new Fault(file, Key, "", $"is not a valid template: {error.Message.ReplaceLineEndings(" ")}", "compare it with the shipped one"));
            return null;
        }
    }

    private sealed record Compiled(
        Func<Dictionary<string, object?>, string> Subject,
        Func<Dictionary<string, object?>, string> Text,
        Func<Dictionary<string, object?>, string> Html);
}
