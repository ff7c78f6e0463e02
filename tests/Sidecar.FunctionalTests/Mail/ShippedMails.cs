using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Recovery;

namespace Sidecar.FunctionalTests.Mail;

/// <summary>Every mail that is shipped, in every language, with values as they come.</summary>
internal static class ShippedMails
{
    public static readonly SmtpOptions Smtp = new() { FromName = "RAGFlow", FromAddress = "noreply@ragflow.io", FrontendUrl = "https://ragflow.io" };

    public static IReadOnlyList<(string Name, Message Message)> All(string code = "QWMZKTRB", string url = "https://ragflow.io")
    {
        var faults = new List<Fault>();
        var shared = new Dictionary<string, object?> { ["app_name"] = "RAGFlow", ["frontend_url"] = url };
        var templates = MailTemplates.Load(MailOptions.ShippedTemplates, SidecarOptions.Mails(verification: true, channels: true), shared, faults);
        Assert.Empty(faults);
        Assert.Equal(["en", "zh"], templates.Languages);
        return [.. templates.Names.SelectMany(name => templates.Languages.Select(language => ($"{name} {language}", templates.Render(Letter(name, language, code)))))];
    }

    private static Letter Letter(string name, string language, string code) => new("alice.smith@ragflow.io", name, language, new()
    {
        ["code"] = code,
        ["ttl_min"] = "5",
        ["requested_at"] = "2026-11-22 20:15 UTC",
        ["login_channel"] = "github",
        ["requested_from"] = "Firefox, Windows, 203.0.113.0/24",
    });
}
