using Sidecar.Pages;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Pages;

public sealed class HostedPagesOptionsTests
{
    [Fact]
    public void Shipped_FolderAndTexts_HaveNoFault()
    {
        using var folder = new SettingsFolder();

        var options = folder.Read();

        Assert.DoesNotContain(options.Faults, static fault => fault.Key.StartsWith("pages", StringComparison.Ordinal));
        Assert.True(options.HostedPages.Templates.AreComplete);
        Assert.Equal(["en", "zh"], options.HostedPages.Texts.Languages);
        Assert.NotNull(options.HostedPages.Password.Encoding);
    }

    [Fact]
    public void Texts_Shipped_AreTranslatedWhole()
    {
        using var folder = new SettingsFolder();
        var texts = folder.Read().HostedPages.Texts;

        Assert.Empty(texts.Of("zh").Where(entry => entry.Key != "direction" && texts.Of("en")[entry.Key] == entry.Value).Select(static entry => entry.Key));
    }

    [Fact]
    public void Texts_FileOfAnotherLanguage_IsTakenAndFilledUpFromEnglish()
    {
        using var folder = new SettingsFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "pages"));
        folder.File("pages/de.yaml", "language: Deutsch\ntitle: Passwort zurücksetzen\n");

        var texts = folder.Read().HostedPages.Texts;

        Assert.Equal("de", texts.Choose(["de-AT", "en"], "en"));
        Assert.Equal("Passwort zurücksetzen", texts.Of("de")["title"]);
        Assert.Equal("E-mail address", texts.Of("de")["address_label"]);
    }

    [Theory]
    [InlineData("title: 'Reset {ap}'", "pages.texts.title")]
    [InlineData("titel: x", "pages.texts.titel")]
    [InlineData("title: [", "pages.texts")]
    public void Texts_Slip_IsNamedAndTheAppIsServed(string yaml, string key)
    {
        using var folder = new SettingsFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "pages"));
        folder.File("pages/en.yaml", yaml);

        var options = folder.Read();

        Assert.Contains(options.Faults, fault => fault.Key == key);
        Assert.Empty(options.FatalFaults);
        Assert.Equal("", options.RecoveryOffReason);
        Assert.Equal("Reset your password", options.HostedPages.Texts.Of("en")["title"]);
    }

    [Fact]
    public void Templates_SlipInOne_LeavesTheShippedOne()
    {
        using var folder = new SettingsFolder();
        Directory.CreateDirectory(Path.Combine(folder.Path, "mine"));
        folder.File("mine/done.hbs", "<h1>{{ t.done_headin }}</h1>").File("mine/address.hbs", "<!-- notice --><form action=\"{{ path }}\"><input name=\"page\" value=\"{{ page }}\"></form>");

        var options = folder.Flag("pages.templates=mine").Read();

        Assert.Contains(options.Faults, static fault => fault.Source.EndsWith("done.hbs:1", StringComparison.Ordinal));
        Assert.Contains(options.Faults, static fault => fault is { Value: "name=\"email\"", Problem: "is missing" });
        Assert.True(options.HostedPages.Templates.AreComplete);
    }

    [Theory]
    [InlineData("pages.login_url=https://evil.example", "pages.login_url")]
    [InlineData("pages.login_url=//evil.example", "pages.login_url")]
    [InlineData("pages.colors.dark.accent=red;}", "pages.colors.dark.accent")]
    [InlineData("pages.logo=https://cdn.example/logo.svg", "pages.logo")]
    [InlineData("pages.theme=dark", "pages.theme")]
    [InlineData("pages.contract=v2", "pages.contract")]
    [InlineData("pages.password.min_length=7", "pages.password.min_length")]
    [InlineData("pages.password.public_key=nowhere.pem", "pages.password.public_key")]
    public void Setting_ThatDoesNotFit_IsNamed(string setting, string key)
    {
        using var folder = new SettingsFolder();

        Assert.Contains(folder.Flag(setting).Read().Faults, fault => fault.Key == key && fault.Fix.Length > 0);
    }

    [Fact]
    public void PublicKey_BesideTheSettings_IsTaken()
    {
        using var folder = new SettingsFolder();
        folder.File("public.pem", "no key");

        var options = folder.Read();

        Assert.Null(options.HostedPages.Password.Encoding);
        Assert.Contains(options.Faults, static fault => fault.Key == "pages.password.public_key");
    }

    [Fact]
    public void Assets_ColorsOfTheOperator_ChangeTheName()
    {
        using var folder = new SettingsFolder();
        var plain = PageAssets.Load("/user/forget", folder.Read().HostedPages.Look);
        var own = PageAssets.Load("/user/forget", folder.Flag("pages.colors.dark.accent=#ff8800").Read().HostedPages.Look);

        Assert.NotEqual(plain.Css, own.Css);
        Assert.Equal(plain.Js, own.Js);
        Assert.Matches(@"^/user/forget/assets/pages\.[0-9a-f]{12}\.css$", own.Css);
    }
}
