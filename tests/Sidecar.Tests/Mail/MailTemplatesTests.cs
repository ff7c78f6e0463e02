using System.Text.RegularExpressions;
using Sidecar.Hosting;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

public sealed partial class MailTemplatesTests : IDisposable
{
    private const string GoodText = "Subject: Code\n\n{{ code }}\n";
    private const string GoodHtml = "<p>{{ code }}</p>\n";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sidecar-templates-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Render_ShippedResetCode_SaysItAllInBothParts()
    {
        var message = MailSamples.Templates().Render(MailSamples.Letter());

        Assert.Equal("Your Acme & Sons password reset code", message.Subject);
        Assert.Equal("QWMZKTRB", Assert.Single(EightCapitals.Matches(message.Text)).Value);
        Assert.Contains("\n\nQWMZKTRB\n\n", message.Text, StringComparison.Ordinal);
        Assert.Contains("5 minutes", message.Text, StringComparison.Ordinal);
        Assert.Contains("Acme & Sons: https://app.acme.test/?a=1&b=2", message.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Subject:", message.Text, StringComparison.Ordinal);
        Assert.Contains(">QWMZKTRB<", message.Html, StringComparison.Ordinal);
        Assert.Contains("5 minutes", message.Html, StringComparison.Ordinal);
        Assert.Contains("Acme &amp; Sons", message.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("{{", message.Text + message.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_WithoutFrontendUrl_LeavesNoTrace()
    {
        var shared = MailSamples.Shared;
        shared["frontend_url"] = "";

        var message = MailTemplates.Load(MailSamples.Shipped, [MailSamples.ResetCode], shared, []).Render(MailSamples.Letter());

        Assert.DoesNotContain("http", message.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<a ", message.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_MarkupInAValue_IsEscapedInHtmlAlone()
    {
        var message = Load(GoodText, GoodHtml).Templates.Render(MailSamples.Letter(code: "<b>\"&'"));

        Assert.Contains("<b>\"&'", message.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", message.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;", message.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_LineBreakInASubjectValue_StaysOneLine()
    {
        var message = Load("Subject: Code {{ code }}\n\n{{ code }}\n", GoodHtml).Templates.Render(MailSamples.Letter(code: "A\r\nBcc: x@y.io"));

        Assert.Equal("Code A Bcc: x@y.io", message.Subject);
    }

    [Theory]
    [InlineData("{{ code", 3, "is not closed")]
    [InlineData("{{ code }", 3, "is not closed")]
    [InlineData("{ code }}", 3, "one brace")]
    [InlineData("{% if code %}", 3, "Jinja")]
    [InlineData("{{ code | upper }}", 3, "filter")]
    [InlineData("{{ code|upper }}", 3, "filter")]
    [InlineData("{{ kode }}", 3, "is not something this mail knows")]
    [InlineData("{{ code or ttl_min }}", 3, "is not something this mail knows")]
    [InlineData("{{ user.name }}", 3, "is not something this mail knows")]
    [InlineData("{{{ code }}}", 3, "without escaping")]
    [InlineData("{{& code }}", 3, "without escaping")]
    [InlineData("{{> footer }}", 3, "partial")]
    [InlineData("{{#each code}}{{/each}}", 3, "is not a block")]
    [InlineData("{{#if kode}}{{/if}}", 3, "is not something this mail knows")]
    [InlineData("{{#if code}}", 3, "is never closed")]
    [InlineData("{{/if}}", 3, "closes what is not open")]
    [InlineData("{{else}}", 3, "outside any")]
    [InlineData("x\ny\n{{ kode }}", 5, "is not something this mail knows")]
    public void Load_Slip_IsAFaultWithFileAndLine(string slip, int line, string problem)
    {
        var (_, faults) = Load($"Subject: Code\n\n{slip}\n\n{{{{ code }}}}\n", GoodHtml);

        var fault = Assert.Single(faults);
        Assert.Equal($"{Path.Combine(_directory.FullName, "reset-code.text.hbs")}:{line}", fault.Source);
        Assert.Equal("mail.templates", fault.Key);
        Assert.Contains(problem, fault.Problem, StringComparison.Ordinal);
        Assert.False(fault.IsFatal);
    }

    [Theory]
    [InlineData("{{!-- not {{ kode }} --}}{{ code }}")]
    [InlineData("{{! a note }}{{~ code ~}}")]
    [InlineData("{{#if ttl_min}}{{ ttl_min }}{{else}}-{{/if}}{{#unless ttl_min}}-{{/unless}}{{ code }}")]
    [InlineData("<style>@media (x) { .a { color: red }}</style>{{ code }}")]
    public void Load_EverythingTheReadmeAllows_IsNoFault(string html) => Assert.Empty(Load(GoodText, html).Faults);

    [Theory]
    [InlineData("Subject: Code\n\nno code\n", GoodHtml, "reset-code.text.hbs", "does not contain {{ code }}")]
    [InlineData(GoodText, "<p>no code</p>", "reset-code.html.hbs", "does not contain {{ code }}")]
    [InlineData(GoodText, "{{#if frontend_url}}{{ code }}{{/if}}", "reset-code.html.hbs", "can leave out {{ code }}")]
    [InlineData("Subject: Code\n\n{{#unless app_name}}{{ code }}{{/unless}}\n", GoodHtml, "reset-code.text.hbs", "can leave out {{ code }}")]
    [InlineData("{{ code }}\n", GoodHtml, "reset-code.text.hbs", "does not start with the subject")]
    [InlineData("Subject: Code\n{{ code }}\n", GoodHtml, "reset-code.text.hbs", "does not start with the subject")]
    [InlineData(null, GoodHtml, "reset-code.text.hbs", "does not exist")]
    [InlineData(GoodText, null, "reset-code.html.hbs", "does not exist")]
    public void Load_SomethingMissing_IsAFaultOfThatFile(string? text, string? html, string file, string problem)
    {
        var (templates, faults) = Load(text, html);

        var fault = Assert.Single(faults);
        Assert.Contains(file, fault.Source, StringComparison.Ordinal);
        Assert.Contains(problem, fault.Problem, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => templates.Render(MailSamples.Letter()));
    }

    private (MailTemplates Templates, List<Fault> Faults) Load(string? text, string? html)
    {
        Write("reset-code.text.hbs", text);
        Write("reset-code.html.hbs", html);
        var faults = new List<Fault>();
        return (MailTemplates.Load(_directory.FullName, [MailSamples.ResetCode], MailSamples.Shared, faults), faults);
    }

    private void Write(string name, string? content)
    {
        if (content is not null)
        {
            File.WriteAllText(Path.Combine(_directory.FullName, name), content);
        }
    }

    [GeneratedRegex("[A-Z]{8}")]
    private static partial Regex EightCapitals { get; }
}
