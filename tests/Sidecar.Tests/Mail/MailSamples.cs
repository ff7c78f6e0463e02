using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Recovery;

namespace Sidecar.Tests.Mail;

/// <summary>Settings, templates and letters that the tests of mail share.</summary>
internal static class MailSamples
{
    public static readonly TemplateRule ResetCode = RecoveryMail.Template;

    public static Dictionary<string, object?> Shared => new() { ["app_name"] = "Acme & Sons", ["frontend_url"] = "https://app.acme.test/?a=1&b=2" };

    /// <summary>The templates as they are shipped; the build lays <c>conf</c> beside the binary.</summary>
    public static string Shipped => Path.Combine(AppContext.BaseDirectory, "conf", "templates");

    public static MailTemplates Templates()
    {
        var faults = new List<Fault>();
        var templates = MailTemplates.Load(Shipped, SidecarOptions.Mails(verification: true), Shared, faults);
        Assert.Empty(faults);
        return templates;
    }

    public static Letter Letter(string to = "alice@sidecar.test", string code = "QWMZKTRB", string language = "en") =>
        new(to, ResetCode.Name, language, new() { ["code"] = code, ["ttl_min"] = 5, ["requested_at"] = "2026-11-22 20:15 UTC", ["requested_from"] = "Firefox, Windows, 203.0.113.0/24" });

    public static Letter Notice(string language = "en", string from = "Firefox, Windows, 203.0.113.0/24") =>
        new("alice@sidecar.test", NoticeMail.Template.Name, language, new() { ["requested_at"] = "2026-11-22 20:15 UTC", ["requested_from"] = from });

    /// <summary>A section as the settings files give it.</summary>
    public static SettingsSection Section(string path, params (string Key, object? Value)[] values)
    {
        var map = values.ToDictionary(
            static entry => entry.Key,
            static entry => entry.Value is string?[] list
                ? SettingNode.OfList("service_conf.yaml", [.. list.Select(static item => SettingNode.Scalar("service_conf.yaml", item))])
                : SettingNode.Scalar("service_conf.yaml", (string?)entry.Value));
        return new SettingsSection(path, SettingNode.OfMap("service_conf.yaml", map), []);
    }
}
