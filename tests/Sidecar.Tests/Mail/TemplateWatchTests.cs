using Microsoft.Extensions.Time.Testing;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

public sealed class TemplateWatchTests : IDisposable
{
    private readonly TemplateFolder _folder = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly CapturingLogger<TemplateWatch> _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Look_NothingChanged_SaysNothing()
    {
        using var watch = Watch(Folder());

        _clock.Advance(TemplateWatch.Interval * 3);

        Assert.Empty(_log.Events);
    }

    [Fact]
    public void Look_FileChanged_IsInUse()
    {
        var templates = Folder();
        using var watch = Watch(templates);

        _folder.With("en", "after");
        _clock.Advance(TemplateWatch.Interval);

        Assert.Equal("after", Subject(templates));
        Assert.Contains("are in use", Assert.Single(Logged()), StringComparison.Ordinal);
    }

    [Fact]
    public void Look_LanguageAdded_IsThere()
    {
        var templates = Folder();
        using var watch = Watch(templates);

        _folder.With("de", "neu").With("de", "neu", "reset-notice");
        _clock.Advance(TemplateWatch.Interval);

        Assert.Equal(["de", "en"], templates.Languages);
        Assert.Equal("neu", Subject(templates, "de"));
    }

    [Fact]
    public void Look_FileBroken_KeepsTheLastGoodOneAndSaysOnceWhere()
    {
        var templates = Folder();
        using var watch = Watch(templates);

        _folder.Write("en/reset-code.html.hbs", "<p>\n{{ kode }} {{ code }}</p>");
        _clock.Advance(TemplateWatch.Interval * 4);

        Assert.Equal("before", Subject(templates));
        var fault = Assert.Single(_log.Events, static entry => entry.ContainsKey("Fault"))["Fault"];
        Assert.Contains("reset-code.html.hbs:2: mail.templates: {{ kode }}: ", fault, StringComparison.Ordinal);
        Assert.Equal(2, _log.Events.Count);
    }

    [Fact]
    public void Look_BrokenFileMended_Heals()
    {
        var templates = Folder();
        using var watch = Watch(templates);
        _folder.Write("en/reset-code.html.hbs", "{{ kode }}");
        _clock.Advance(TemplateWatch.Interval);

        _folder.With("en", "mended");
        _clock.Advance(TemplateWatch.Interval);

        Assert.Equal("mended", Subject(templates));
        Assert.Contains("are in use", Logged()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Look_FolderGone_KeepsTheLastGoodOne()
    {
        var templates = Folder();
        using var watch = Watch(templates);

        Directory.Delete(Path.Combine(_folder.Path, "en"), recursive: true);
        _clock.Advance(TemplateWatch.Interval);

        Assert.Equal("before", Subject(templates));
    }

    [Fact]
    public void Look_MountedVolumeSwapped_IsInUse()
    {
        // As Kubernetes does it: files are links through ..data, which is a link to a generation, and only that one is swapped.
        _folder.With("..1", "before").With("..1", "notice", "reset-notice").With("..2", "after").With("..2", "notice", "reset-notice");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "..data"), "..1");
        foreach (var file in Directory.GetFiles(Path.Combine(_folder.Path, "..1")).Select(Path.GetFileName))
        {
            File.CreateSymbolicLink(Path.Combine(_folder.Path, file!), "..data/" + file);
        }

        var templates = _folder.Load();
        Assert.Empty(_folder.Faults);
        Assert.Equal("before", Subject(templates));
        using var watch = Watch(templates);

        File.Delete(Path.Combine(_folder.Path, "..data"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "..data"), "..2");
        _clock.Advance(TemplateWatch.Interval);

        Assert.Equal("after", Subject(templates));
    }

    private MailTemplates Folder() => _folder.With("en", "before").With("en", "notice", "reset-notice").Load();

    private TemplateWatch Watch(MailTemplates templates)
    {
        Assert.Empty(_folder.Faults);
        var watch = new TemplateWatch(templates, _clock, _log);
        watch.StartAsync(default).GetAwaiter().GetResult();
        return watch;
    }

    private string[] Logged() => [.. _log.Events.Select(static entry => entry["{OriginalFormat}"])];

    private static string Subject(MailTemplates templates, string language = "en") => templates.Render(MailSamples.Letter(language: language)).Subject;
}
