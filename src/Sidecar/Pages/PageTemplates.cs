using Sidecar.Hosting;
using Sidecar.Mail;

namespace Sidecar.Pages;

/// <summary>
/// The templates of the pages, checked and compiled once at start. An operator's folder lies over the shipped one: what it
/// lacks, or what is wrong in it, is there all the same.
/// </summary>
internal sealed class PageTemplates
{
    private const string Key = "pages.templates";
    private const string Ending = ".hbs";
    private const int MostBytes = 256 * 1024;

    private static readonly string[] Common = ["lang", "page", "path", "css", "js", "logo", "app", "page_title", "login_url", "next_url", "address", "notice", "error"];

    /// <summary>Each template, what it may name besides the common, and what must be in it.</summary>
    private static readonly (string Name, string[] Variables, string[] Required, string[] Marks)[] Rules =
    [
        ("layout", [], ["css", "js", "page", "path"], ["<!-- main -->"]),
        ("language", ["code", "name", "current"], ["code", "name"], []),
        ("progress", ["name", "current", "done"], ["name"], []),
        ("notice", ["kind", "role", "before", "wait", "seconds", "after"], ["before", "after"], []),
        ("address", [], ["page", "path"], ["<!-- notice -->", "name=\"email\""]),
        ("picture", ["picture"], ["page", "path", "picture"], ["<!-- notice -->", "name=\"captcha\""]),
        ("code", ["locked", "resend_before", "resend_wait", "resend_seconds", "resend_after"], ["page", "path"], ["<!-- notice -->", "name=\"otp\""]),
        ("password", ["min"], ["page", "path"], ["<!-- notice -->", "name=\"password\"", "name=\"repeat\""]),
        ("done", [], [], []),
        ("unavailable", [], [], []),
    ];

    private readonly Dictionary<string, PageTemplate> _templates = new(StringComparer.Ordinal);

    private PageTemplates()
    {
    }

    /// <param name="directories">The folders, each over the one before; the first is the shipped one.</param>
    /// <param name="texts">The keys of the texts, which templates name as <c>t.KEY</c>.</param>
    /// <param name="faults">Where faults are collected.</param>
    public static PageTemplates Load(IReadOnlyList<string> directories, IEnumerable<string> texts, List<Fault> faults)
    {
        var templates = new PageTemplates();
        string[] words = [.. Common, .. texts.Select(static key => $"t.{key}")];
        var shipped = directories[0];
        foreach (var file in directories.Where(Directory.Exists).SelectMany(static directory => Directory.EnumerateFiles(directory, "*" + Ending).Order(StringComparer.Ordinal)))
        {
            var rule = Array.Find(Rules, rule => rule.Name == Path.GetFileNameWithoutExtension(file));
            if (rule.Name is null)
            {
                faults.Add(new Fault(file, Key, "", "is no template of the pages", $"remove it; there are {string.Join(", ", Rules.Select(static known => known.Name + Ending))}") { IsHarmless = true });
            }
            else if (Read(file, [.. words, .. rule.Variables], rule.Required, rule.Marks, file.StartsWith(shipped + Path.DirectorySeparatorChar, StringComparison.Ordinal), faults) is { } template)
            {
                templates._templates[rule.Name] = template;
            }
        }

        return templates;
    }

    /// <summary>Whether all of them are there.</summary>
    public bool AreComplete => Rules.All(rule => _templates.ContainsKey(rule.Name));

    /// <summary>A whole page.</summary>
    /// <param name="page">Which.</param>
    /// <param name="model">Its words and values.</param>
    /// <param name="notice">The model of its notice; null for none.</param>
    /// <param name="progress">The models of the steps; empty for none.</param>
    /// <param name="languages">The models of the languages to choose from.</param>
    public string Render(
        string page,
        Dictionary<string, object?> model,
        Dictionary<string, object?>? notice,
        IEnumerable<Dictionary<string, object?>> progress,
        IEnumerable<Dictionary<string, object?>> languages)
    {
        // Marks and not partials: what a visitor typed is escaped by the time they are looked for, and so is never one.
        var steps = string.Concat(progress.Select(_templates["progress"].Render));
        var main = _templates[page].Render(model)
            .Replace("<!-- progress -->", steps, StringComparison.Ordinal)
            .Replace("<!-- notice -->", notice is null ? "" : _templates["notice"].Render(notice), StringComparison.Ordinal);
        return _templates["layout"].Render(model)
            .Replace("<!-- languages -->", string.Concat(languages.Select(_templates["language"].Render)), StringComparison.Ordinal)
            .Replace("<!-- main -->", main, StringComparison.Ordinal);
    }

    private static PageTemplate? Read(string file, string[] variables, string[] required, string[] marks, bool isShipped, List<Fault> faults)
    {
        var before = faults.Count;
        try
        {
            using var reader = new StreamReader(file);
            var source = reader.BaseStream.Length <= MostBytes ? reader.ReadToEnd().ReplaceLineEndings("\n") : throw new IOException();
            foreach (var slip in TemplateLint.Check(source, variables, required))
            {
                faults.Add(new Fault($"{file}:{slip.Line}", Key, slip.Tag, slip.Problem, slip.Fix));
            }

            foreach (var mark in marks.Where(mark => !source.Contains(mark, StringComparison.Ordinal)))
            {
                faults.Add(new Fault(file, Key, mark, "is missing", "put it where it belongs; compare the shipped file"));
            }

            if (faults.Count > before)
            {
                return null;
            }

            if (isShipped)
            {
                return PageTemplate.Later(source);
            }

            var template = PageTemplate.Compile(source, out var problem);
            if (template is null)
            {
                faults.Add(new Fault(file, Key, "", $"is not a valid template: {problem}", "compare it with the shipped one"));
            }

            return template;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            faults.Add(new Fault(file, Key, "", "cannot be read, or is longer than 256 KiB", "give the sidecar's user the right to read it"));
        }

        return null;
    }
}
