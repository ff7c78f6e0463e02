using HandlebarsDotNet;

namespace Sidecar.Pages;

/// <summary>One compiled template of the pages; the only file of this room that knows Handlebars.</summary>
internal sealed class PageTemplate
{
    private static readonly IHandlebars Html = Handlebars.Create(new HandlebarsConfiguration { ThrowOnUnresolvedBindingExpression = true });

    private readonly Lazy<HandlebarsTemplate<object, object>> _template;

    private PageTemplate(Lazy<HandlebarsTemplate<object, object>> template) => _template = template;

    /// <summary>One that is known to be right, compiled when it is first shown: no start waits for it.</summary>
    public static PageTemplate Later(string source) => new(new(() => Html.Compile(source)));

    /// <summary>Null when it is no template, and then why.</summary>
    public static PageTemplate? Compile(string source, out string problem)
    {
        try
        {
            problem = "";
            var template = Html.Compile(source);
            return new(new Lazy<HandlebarsTemplate<object, object>>(template));
        }
        catch (HandlebarsException error)
        {
            problem = error.Message.ReplaceLineEndings(" ");
            return null;
        }
    }

    // Dictionaries alone: what Handlebars cannot reflect on in a native binary it renders as nothing.
    public string Render(Dictionary<string, object?> model) => _template.Value(model);
}
