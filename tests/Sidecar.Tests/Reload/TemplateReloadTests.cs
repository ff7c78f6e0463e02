using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Mail;
using Sidecar.Tests.Hosting;
using Sidecar.Tests.Mail;

namespace Sidecar.Tests.Reload;

/// <summary>Templates are settings whose files change most often.</summary>
public sealed class TemplateReloadTests : IDisposable
{
    private readonly TemplateFolder _templates = new TemplateFolder().With("en", "before").With("en", "notice", "reset-notice");
    private readonly SettingsFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly CapturingLogger<SettingsWatch> _log = new();
    private readonly ServiceProvider _nothing = new ServiceCollection().BuildServiceProvider();
    private SettingsWatch? _watch;

    public void Dispose()
    {
        _watch?.Dispose();
        _nothing.Dispose();
        _folder.Dispose();
        _templates.Dispose();
    }

    [Fact]
    public void Look_TemplateChanged_IsInUse()
    {
        var options = Start();

        _templates.With("en", "after");
        Pass();

        Assert.Equal("after", Subject(options.Templates));
        Assert.Equal("mail.templates", Assert.Single(_log.Events)["Key"]);
    }

    [Fact]
    public void Look_LanguageAdded_IsThere()
    {
        var options = Start();

        _templates.With("de", "neu").With("de", "neu", "reset-notice");
        Pass();

        Assert.Contains("de", options.Templates.Languages);
        Assert.Equal("neu", Subject(options.Templates, "de"));
    }

    [Fact]
    public void Look_TemplateBroken_KeepsTheLastGoodOneAndSaysOnceWhere()
    {
        var options = Start();

        _templates.Write("en/reset-code.html.hbs", "<p>\n{{ kode }} {{ code }}</p>");
        Pass();
        Pass();

        Assert.Equal("before", Subject(options.Templates));
        var fault = Assert.Single(_log.Events, static entry => entry.ContainsKey("Fault"))["Fault"];
        Assert.Contains("reset-code.html.hbs:2: mail.templates: {{ kode }}: ", fault, StringComparison.Ordinal);

        _templates.With("en", "mended");
        Pass();
        Assert.Equal("mended", Subject(options.Templates));
    }

    [Fact]
    public void Look_FolderGone_KeepsTheLastGoodOne()
    {
        var options = Start();

        Directory.Move(_templates.Path, _templates.Path + "-gone");
        Pass();
        Directory.Move(_templates.Path + "-gone", _templates.Path);

        Assert.Equal("before", Subject(options.Templates));
        Assert.False(_watch!.Health.IsWell);
    }

    [Fact]
    public void Look_SettingsWrongBesides_KeepsTheTemplatesToo()
    {
        var options = Start();

        _templates.With("en", "after");
        _folder.Own($"mail: {{ templates: '{_templates.Path}' }}\ncaptcha: {{ length: 99 }}\n");
        Pass();

        Assert.Equal("before", Subject(options.Templates));
    }

    [Fact]
    public void Look_AppNameChanged_StandsInMails()
    {
        _templates.Write("en/reset-code.text.hbs", "Subject: {{ app_name }}\n\n{{ code }}\n");
        var options = Start();

        _folder.Own($"mail: {{ templates: '{_templates.Path}', app_name: Acme }}\n");
        Pass();

        Assert.Equal("Acme", Subject(options.Templates));
    }

    [Fact]
    public void Look_MountedVolumeSwapped_IsInUse()
    {
        // As Kubernetes does it: files are links through ..data, which is a link to a generation, and only that one is swapped.
        _templates.With("..1", "before").With("..1", "notice", "reset-notice").With("..2", "after").With("..2", "notice", "reset-notice");
        Directory.Delete(Path.Combine(_templates.Path, "en"), recursive: true);
        Directory.CreateSymbolicLink(Path.Combine(_templates.Path, "..data"), "..1");
        foreach (var file in Directory.GetFiles(Path.Combine(_templates.Path, "..1")).Select(Path.GetFileName))
        {
            File.CreateSymbolicLink(Path.Combine(_templates.Path, file!), "..data/" + file);
        }

        var options = Start();
        Assert.Equal("before", Subject(options.Templates));

        File.Delete(Path.Combine(_templates.Path, "..data"));
        Directory.CreateSymbolicLink(Path.Combine(_templates.Path, "..data"), "..2");
        Pass();

        Assert.Equal("after", Subject(options.Templates));
    }

    private SidecarOptions Start()
    {
        var options = _folder.Own($"mail: {{ templates: '{_templates.Path}' }}\n").Read();
        _watch = new SettingsWatch(options, ReloadParts.Of(_nothing, options), _clock, _log);
        _watch.StartAsync(default).GetAwaiter().GetResult();
        Pass();
        Assert.Empty(_log.Events);
        return options;
    }

    private void Pass()
    {
        _clock.Advance(SettingsWatch.Interval);
        _clock.Advance(SettingsWatch.Settling);
    }

    private static string Subject(MailTemplates templates, string language = "en") => templates.Render(MailSamples.Letter(language: language)).Subject;
}
