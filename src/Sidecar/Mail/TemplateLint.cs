using System.Text.RegularExpressions;

namespace Sidecar.Mail;

/// <summary>
/// Reads a template as its author meant it and says what Handlebars would swallow without a word: it renders unknown names,
/// filters and Jinja's <c>{% %}</c> as nothing or as they stand, and the first to see it would be a recipient.
/// </summary>
internal sealed partial class TemplateLint(IReadOnlyCollection<string> variables)
{
    private readonly List<TemplateSlip> _slips = [];
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private readonly Stack<(string Word, int Line)> _open = [];

    /// <summary>Everything wrong in <paramref name="template"/>, in the order of its lines.</summary>
    /// <param name="template">The file's text.</param>
    /// <param name="variables">The names it may use.</param>
    /// <param name="required">The names it must use.</param>
    public static IReadOnlyList<TemplateSlip> Check(string template, IReadOnlyCollection<string> variables, IReadOnlyCollection<string> required)
    {
        var lint = new TemplateLint(variables);
        lint.ReadTags(template);
        lint.ReadBraces(template);
        foreach (var (word, line) in lint._open)
        {
            lint.Add(line, "{{#" + word + "}}", "is never closed", "write {{/" + word + "}} where the part ends");
        }

        foreach (var name in required.Where(name => !lint._used.Contains(name)))
        {
            lint.Add(1, "", $"does not contain {{{{ {name} }}}}", $"put {{{{ {name} }}}} where it belongs");
        }

        return [.. lint._slips.OrderBy(static slip => slip.Line)];
    }

    private void ReadTags(string template)
    {
        var position = 0;
        while (template.IndexOf("{{", position, StringComparison.Ordinal) is var start and >= 0)
        {
            var line = LineOf(template, start);
            var comment = template.AsSpan(start).StartsWith("{{!--") ? "--}}" : null;
            var end = template.IndexOf(comment ?? "}}", start, StringComparison.Ordinal);
            var tag = end < 0 ? "" : template[(start + 2)..end];
            if (end < 0 || (comment is null && !tag.StartsWith('!') && tag.TrimStart('{').AsSpan().ContainsAny('{', '}', '\n')))
            {
                Add(line, FirstLine(template[start..]), "is not closed", "end it with }} on the same line");
                position = start + 2;
                continue;
            }

            position = end + (comment?.Length ?? 2);
            if (!tag.StartsWith('!'))
            {
                ReadTag(line, tag);
            }
        }
    }

    private void ReadTag(int line, string tag)
    {
        var written = "{{" + tag + "}}";
        var content = tag.Trim().Trim('~').Trim();
        switch (content)
        {
            case ['{' or '&', ..]:
                Add(line, written, "would print without escaping", "write it with two braces and no &");
                break;
            case ['>', ..]:
                Add(line, written, "names a partial, and there are none", "write the text itself");
                break;
            case ['#' or '^', ..] when content.Length > 1:
                Open(line, written, content);
                break;
            case ['/', ..]:
                Close(line, written, content[1..].Trim());
                break;
            case "else" or "^":
                if (_open.Count == 0)
                {
                    Add(line, written, "stands outside any {{#if}}", "remove it, or open the part it belongs to");
                }

                break;
            case var filtered when filtered.Contains('|', StringComparison.Ordinal):
                Add(line, written, "uses a filter, and there are none", "write the name alone");
                break;
            default:
                Use(line, written, content);
                break;
        }
    }

    private void Open(int line, string written, string content)
    {
        var words = content[1..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (content[0] == '^' || words is not ["if" or "unless", _])
        {
            Add(line, written, "is not a block that mails know", "use {{#if name}} or {{#unless name}}");
        }
        else
        {
            Use(line, written, words[1], counts: false);
        }

        _open.Push((words[0], line));
    }

    private void Close(int line, string written, string word)
    {
        if (!_open.TryPeek(out var open) || open.Word != word)
        {
            Add(line, written, "closes what is not open", "let it match the {{#if}} or {{#unless}} before it");
            return;
        }

        _open.Pop();
    }

    private void Use(int line, string written, string name, bool counts = true)
    {
        if (!variables.Contains(name))
        {
            Add(line, written, "is not something this mail knows", $"use {string.Join(", ", variables.Order(StringComparer.Ordinal))}");
        }
        else if (counts)
        {
            _used.Add(name);
        }
    }

    private void ReadBraces(string template)
    {
        foreach (Match match in JinjaBlock.Matches(template))
        {
            Add(LineOf(template, match.Index), match.Value, "is a Jinja block, which would be mailed as it stands", "write {{#if name}} … {{/if}}");
        }

        foreach (Match match in SingleBrace.Matches(template).Where(match => variables.Contains(match.Groups["name"].Value)))
        {
            Add(LineOf(template, match.Index), match.Value, "opens with one brace and would be mailed as it stands", $"write {{{{ {match.Groups["name"].Value} }}}}");
        }
    }

    private void Add(int line, string tag, string problem, string fix) => _slips.Add(new TemplateSlip(line, tag, problem, fix));

    private static int LineOf(string text, int index) => text.AsSpan(0, index).Count('\n') + 1;

    private static string FirstLine(string text) => text.AsSpan(0, Math.Min(text.Length, 40)).ToString().Split('\n')[0];

    [GeneratedRegex(@"\{%.*?(%\}|$)", RegexOptions.Multiline)]
    private static partial Regex JinjaBlock { get; }

    [GeneratedRegex(@"(?<!\{)\{\s*(?<name>[a-z_]+)\s*\}+")]
    private static partial Regex SingleBrace { get; }
}

/// <summary>One thing wrong in a template.</summary>
internal sealed record TemplateSlip(int Line, string Tag, string Problem, string Fix);
