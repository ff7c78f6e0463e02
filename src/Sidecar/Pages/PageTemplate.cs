using HandlebarsDotNet;

namespace Sidecar.Pages;

/// <summary>One compiled template of the pages; the only file of this room that knows Handlebars.</summary>
internal sealed class PageTemplate
{
    private static readonly IHandlebars Html = Handlebars.Create(new HandlebarsConfiguration { ThrowOnUnresolvedBindingExpression = true });

    private readonly HandlebarsTemplate<object, object> _template;

    private PageTemplate(HandlebarsTemplate<object, object> template) => _template = template;

    /// <summary>Null when it is no template, and then why.</summary>
    public static PageTemplate? Compile(string source, out string problem)
    {
        try
        {
            problem = "";
            return new(Html.Compile(source));
        }
        catch (HandlebarsException error)
        {
            problem = error.Message.ReplaceLineEndings(" ");
            return null;
        }
    }

    // Dictionaries alone: what Handlebars cannot reflect on in a native binary it renders as nothing.
    public string Render(Dictionary<string, object?> model) => _template(model);
}
