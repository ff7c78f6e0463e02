using Sidecar.Hosting;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>Settings, templates and letters that the tests of mail share.</summary>
internal static class MailSamples
{
    public static readonly TemplateRule ResetCode = new("reset-code", ["code", "ttl_min"], ["code"]);

    public static Dictionary<string, object?> Shared => new() { ["app_name"] = "Acme & Sons", ["frontend_url"] = "https://app.acme.test/?a=1&b=2" };

    /// <summary>The templates as they are shipped; the build lays <c>conf</c> beside the binary.</summary>
    public static string Shipped => Path.Combine(AppContext.BaseDirectory, "conf", "templates");

    public static MailTemplates Templates()
    {
        var faults = new List<Fault>();
        var templates = MailTemplates.Load(Shipped, [ResetCode], Shared, faults);
        Assert.Empty(faults);
        return templates;
    }

    public static Letter Letter(string to = "alice@sidecar.test", string code = "QWMZKTRB") =>
        new(to, "reset-code", "en", new() { ["code"] = code, ["ttl_min"] = 5 });

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
