using System.Text.RegularExpressions;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>Which folder a mail comes from.</summary>
public sealed partial class TemplateLanguagesTests : IDisposable
{
    private readonly TemplateFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("en", "Your Acme & Sons password reset code", "Your Acme & Sons password was changed")]
    [InlineData("zh", "您的 Acme & Sons 密码重置验证码", "您的 Acme & Sons 密码已更改")]
    public void Render_ShippedLanguage_WritesBothMailsInIt(string language, string code, string notice)
    {
        var templates = MailSamples.Templates();
        var mails = new[] { templates.Render(MailSamples.Letter(language: language)), templates.Render(MailSamples.Notice(language)) };

        Assert.Equal([code, notice], mails.Select(static mail => mail.Subject));
        Assert.All(mails, static mail =>
        {
            Assert.Contains("2026-11-22 20:15 UTC", mail.Text, StringComparison.Ordinal);
            Assert.Contains("2026-11-22 20:15 UTC", mail.Html, StringComparison.Ordinal);
            Assert.Contains("Firefox, Windows, 203.0.113.0/24", mail.Text, StringComparison.Ordinal);
            Assert.Contains("Firefox, Windows, 203.0.113.0/24", mail.Html, StringComparison.Ordinal);
            Assert.DoesNotContain("{{", mail.Text + mail.Html, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh")]
    public void Render_ShippedText_HoldsTheCodeAsItsOnlyEightCapitals(string language)
    {
        Assert.Equal("QWMZKTRB", Assert.Single(EightCapitals().Matches(MailSamples.Templates().Render(MailSamples.Letter(language: language)).Text)).Value);
        Assert.Empty(EightCapitals().Matches(MailSamples.Templates().Render(MailSamples.Notice(language)).Text));
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh")]
    public void Render_OriginUnknown_IsLeftOut(string language)
    {
        var mail = MailSamples.Templates().Render(MailSamples.Notice(language, from: ""));

        Assert.DoesNotContain("from .", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("来源", mail.Text + mail.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_DroppedInFolder_IsALanguageBesideTheShippedOnes()
    {
        var templates = _folder.With("pt-BR", "senha").With("pt-BR", "aviso", "reset-notice").Load(overShipped: true);

        Assert.Empty(_folder.Faults);
        Assert.Equal(["en", "pt-BR", "zh"], templates.Languages);
        Assert.Equal("senha", Subject(templates, "pt-BR"));
        Assert.Equal("您的 Acme & Sons 密码重置验证码", Subject(templates, "zh"));
        Assert.Equal("Your Acme & Sons password reset code", Subject(templates, "fr"));
    }

    [Fact]
    public void Load_FolderWithAShippedLanguage_StandsOverIt()
    {
        var templates = _folder.With("zh", "ours").Load(overShipped: true);

        Assert.Empty(_folder.Faults);
        Assert.Equal("ours", Subject(templates, "zh"));
        Assert.Equal("您的 Acme & Sons 密码已更改", templates.Render(MailSamples.Notice("zh")).Subject);
    }

    [Fact]
    public void Load_FilesWithoutAFolder_AreTheMailInEveryLanguage()
    {
        var templates = _folder.With(".", "flat").With("de", "deutsch").Load(overShipped: true);

        Assert.Equal("flat", Subject(templates, "en"));
        Assert.Equal("flat", Subject(templates, "zh"));
        Assert.Equal("flat", Subject(templates, ""));
        Assert.Equal("deutsch", Subject(templates, "de"));
        Assert.False(templates.Speaks("fr"));
    }

    [Fact]
    public void Render_LanguageThatLacksTheMail_FallsBackAndIsMinded()
    {
        var templates = _folder.With("de", "deutsch").With("fr", "français").With("fr", "avis", "reset-notice").Load("fr", overShipped: true);

        Assert.Equal("avis", templates.Render(MailSamples.Notice("de")).Subject);
        var fault = Assert.Single(_folder.Faults);
        Assert.True(fault.IsHarmless);
        Assert.Equal(Path.Combine(_folder.Path, "de"), fault.Source);
        Assert.Contains("lacks reset-notice", fault.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zh", true)]
    [InlineData("zh-CN", true)]
    [InlineData("fr", false)]
    public void Speaks_Language_WhenEveryMailIsThere(string language, bool expected) => Assert.Equal(expected, MailSamples.Templates().Speaks(language));

    [Theory]
    [InlineData("pt_BR/reset-code.text.hbs", "is no language's folder", "pt_BR")]
    [InlineData("en/reset_code.text.hbs", "is no mail's file", "en/reset_code.text.hbs")]
    [InlineData("reset-code.txt.hbs", "is no mail's file", "reset-code.txt.hbs")]
    public void Load_NameThatFitsNothing_IsMinded(string file, string problem, string source)
    {
        _folder.With("en", "x").With("en", "y", "reset-notice").Write(file, "Subject: x\n\n{{ code }}\n");

        _folder.Load();

        var fault = Assert.Single(_folder.Faults);
        Assert.True(fault.IsHarmless);
        Assert.Equal((Path.Combine(_folder.Path, source), problem), (fault.Source, fault.Problem));
    }

    [Fact]
    public void Load_SlipInALanguage_IsAFaultWithItsFileAndLine()
    {
        _folder.With("en", "x").With("en", "y", "reset-notice").Write("en/reset-notice.html.hbs", "<p>\n{{ code }}</p>");

        _folder.Load();

        var fault = Assert.Single(_folder.Faults);
        Assert.Equal(Path.Combine(_folder.Path, "en", "reset-notice.html.hbs") + ":2", fault.Source);
        Assert.False(fault.IsHarmless);
    }

    [Fact]
    public void Load_FolderThatIsNotThere_IsAFault()
    {
        var faults = new List<Sidecar.Hosting.Fault>();

        MailTemplates.Load(Path.Combine(_folder.Path, "nowhere"), [MailSamples.ResetCode], MailSamples.Shared, faults, "en", MailSamples.Shipped);

        Assert.Equal("is not a folder that can be read", Assert.Single(faults).Problem);
    }

    [Fact]
    public void Load_TemplateOfTheApp_ItsNamesAreKnown()
    {
        _folder.Write("reset-code.text.hbs", "Subject: Your Password Reset Code\n\nHi {{email}},\nYour password reset code is: {{ code }}\nThis code will expire in {{ ttl_min }} minutes.\n");
        _folder.Write("reset-code.html.hbs", "<p>{{email}} {{ code }} {{ ttl_min }}</p>");

        var mail = _folder.Load(overShipped: true).Render(MailSamples.Letter());

        Assert.Empty(_folder.Faults);
        Assert.Equal("Hi alice@sidecar.test,\nYour password reset code is: QWMZKTRB\nThis code will expire in 5 minutes.\n", mail.Text);
    }

    private static string Subject(MailTemplates templates, string language) => templates.Render(MailSamples.Letter(language: language)).Subject;

    [GeneratedRegex("[A-Z]{8}")]
    private static partial Regex EightCapitals();
}
