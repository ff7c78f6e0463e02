using Sidecar.Hosting;
using Sidecar.Upstream;

namespace Sidecar.Verification;

/// <summary>The registration gate: whether the app's sign-up takes verified addresses only, and of which domains.</summary>
/// <param name="Enabled"><c>verification.gate.enabled</c>: sign-ups reach the app only with a verified address; needs <c>verification.enabled</c>. Default false.</param>
/// <param name="Paths"><c>verification.gate.paths</c>: where the app takes sign-ups, for the generic contract, which knows of none. Default: none.</param>
/// <param name="Domains">
/// <c>verification.gate.allowed_domains</c>: <c>example.com</c>, or <c>*.example.com</c> for all below it; empty: all. International names in their <c>xn--</c> form.
/// <c>verification.gate.refused_domains</c>: likewise; stronger than allowed ones.
/// </param>
internal sealed record GateOptions(bool Enabled, IReadOnlyList<string> Paths, DomainRules Domains)
{
    public static GateOptions Read(SettingsSection verification, bool canVerify)
    {
        var section = verification.Section("gate");
        var enabled = VerificationOptions.ReadSwitch(section, "enabled");
        if (enabled && !canVerify)
        {
            section.Reject("enabled", "needs verification, which is off", "set verification.enabled: true");
        }

        return new(enabled, ReadPaths(section), new(ReadDomains(section, "allowed_domains"), ReadDomains(section, "refused_domains")));
    }

    /// <summary>A path that cannot stand is guarded as what was most likely meant, while its fault keeps the gate shut.</summary>
    private static IReadOnlyList<string> ReadPaths(SettingsSection section)
    {
        var paths = section.Texts("paths");
        foreach (var path in paths.Where(static path => !PathList.IsPlain(path) || path.EndsWith('/')))
        {
            section.Reject("paths", $"holds `{path}`, which is no path", "write the app's own sign-up, such as /api/users, without a slash at its end");
        }

        return [.. paths.Select(static path => "/" + path.Trim().Trim('/')).Where(static path => path.Length > 1)];
    }

    private static IReadOnlyList<string> ReadDomains(SettingsSection section, string key)
    {
        var domains = section.Texts(key);
        foreach (var domain in domains.Where(static domain => !DomainRules.IsPattern(domain)))
        {
            section.Reject(key, $"holds `{domain}`, which is no domain", "write example.com for the domain itself, *.example.com for all below it, an international one in its xn-- form");
        }

        return domains;
    }
}
