using HandlebarsDotNet;

namespace Sidecar.Mail;

/// <summary>One mail in one language, compiled. The only file that knows Handlebars.</summary>
internal sealed class MailTemplate
{
    private static readonly IHandlebars ForText = Handlebars.Create(new HandlebarsConfiguration { NoEscape = true, ThrowOnUnresolvedBindingExpression = true });
    private static readonly IHandlebars ForHtml = Handlebars.Create(new HandlebarsConfiguration { ThrowOnUnresolvedBindingExpression = true });

    private readonly Lazy<(Part Subject, Part Text, Part Html)> _parts;

    private MailTemplate(Lazy<(Part Subject, Part Text, Part Html)> parts) => _parts = parts;

    private delegate string Part(Dictionary<string, object?> model);

    /// <summary>One that is known to be right, compiled for its first mail: no start waits for it, and a process that mails nothing never holds it.</summary>
    public static MailTemplate Later(string subject, string text, string html) => new(new(() => (Compile(ForText, subject), Compile(ForText, text), Compile(ForHtml, html))));

    /// <summary>Compiles the parts; null when one of them is not what it should be, which <paramref name="wrong"/> hears.</summary>
    /// <param name="subject">The subject's template.</param>
    /// <param name="text">The text's, below the subject.</param>
    /// <param name="html">The HTML's.</param>
    /// <param name="rule">What the mail may and must name.</param>
    /// <param name="wrong">Hears problem and fix, and whether it is the HTML's.</param>
    public static MailTemplate? Compile(string subject, string text, string html, TemplateRule rule, Action<bool, string, string> wrong) =>
        Parse(ForText, subject, isHtml: false, wrong) is { } subjectPart
        && Parse(ForText, text, isHtml: false, wrong) is { } textPart
        && Parse(ForHtml, html, isHtml: true, wrong) is { } htmlPart
        && Shows(rule, textPart, isHtml: false, wrong)
        && Shows(rule, htmlPart, isHtml: true, wrong)
            ? new MailTemplate(new Lazy<(Part, Part, Part)>((subjectPart, textPart, htmlPart)))
            : null;

    public Message Render(string to, Dictionary<string, object?> model)
    {
        var (subject, text, html) = _parts.Value;
        // A line break in the subject would end the header.
        return new(to, subject(model).ReplaceLineEndings(" ").Trim(), text(model), html(model));
    }

    private static Part Compile(IHandlebars handlebars, string source)
    {
        // Dictionaries alone: what Handlebars cannot reflect on in a native binary it renders as nothing.
        var template = handlebars.Compile(source);
        return model => template(model);
    }

    private static Part? Parse(IHandlebars handlebars, string source, bool isHtml, Action<bool, string, string> wrong)
    {
        try
        {
            return Compile(handlebars, source);
        }
        catch (HandlebarsException error)
        {
            wrong(isHtml, $"is not a valid template: {error.Message.ReplaceLineEndings(" ")}", "compare it with the shipped one");
            return null;
        }
    }

    /// <summary>Tries a part with everything set and with only what it must have: a condition around the code may leave it out of a mail.</summary>
    private static bool Shows(TemplateRule rule, Part part, bool isHtml, Action<bool, string, string> wrong)
    {
        foreach (var optional in new[] { "x", "" })
        {
            try
            {
                var shown = part(rule.Variables.Distinct().ToDictionary(
                    static name => name,
                    name => (object?)(rule.Required.Contains(name) ? TemplateRule.Sample : optional),
                    StringComparer.Ordinal));
                if (rule.Required.Count == 0 || shown.Contains(TemplateRule.Sample, StringComparison.Ordinal))
                {
                    continue;
                }

                wrong(isHtml, $"can leave out {{{{ {rule.Required[0]} }}}}", "move it out of the condition around it");
            }
            catch (HandlebarsException)
            {
                wrong(isHtml, "cannot be rendered", "compare it with the shipped one");
            }

            return false;
        }

        return true;
    }
}
