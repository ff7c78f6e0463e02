using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Recovery;

namespace Sidecar.Tests.Mail;

/// <summary>An operator's folder of templates.</summary>
internal sealed class TemplateFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sidecar-templates-").FullName;

    public List<Fault> Faults { get; } = [];

    /// <summary>Writes both files of a mail that says nothing but <paramref name="word"/> and its code.</summary>
    public TemplateFolder With(string place, string word, string mail = "reset-code")
    {
        var code = mail == "reset-code" ? "{{ code }}" : "";
        Write($"{place}/{mail}.text.hbs", $"Subject: {word}\n\n{word} {code}\n");
        Write($"{place}/{mail}.html.hbs", $"<p>{word} {code}</p>\n");
        return this;
    }

    public void Write(string file, string content)
    {
        var path = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    public MailTemplates Load(string language = "en", bool overShipped = false)
    {
        Faults.Clear();
        return MailTemplates.Load(Path, SidecarOptions.Mails(verification: false), MailSamples.Shared, Faults, language, overShipped ? MailSamples.Shipped : null);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
