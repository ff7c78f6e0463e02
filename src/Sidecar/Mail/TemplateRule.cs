namespace Sidecar.Mail;

/// <summary>What a template may and must name; given by whoever fills its model, so that a slip shows at start and not in a mail.</summary>
/// <param name="Name">The files' name: <c>NAME.text.hbs</c> and <c>NAME.html.hbs</c>.</param>
/// <param name="Variables">The keys of its model.</param>
/// <param name="Required">Those without which the mail is worth nothing; in both parts.</param>
internal sealed record TemplateRule(string Name, IReadOnlyList<string> Variables, IReadOnlyList<string> Required)
{
    /// <summary>What a code looks like.</summary>
    public const string Sample = "QWMZKTRB";

    /// <summary>False for a mail that is switched off: its files are known for what they are, and need not be there or be right.</summary>
    public bool IsUsed { get; init; } = true;

    public string TextFile => Name + TemplateFiles.TextEnding;

    public string HtmlFile => Name + TemplateFiles.HtmlEnding;
}
