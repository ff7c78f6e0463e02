using Sidecar.Hosting;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Reference;

/// <summary>
/// Every setting there is, found out by having all of them read: the readers report what they ask for. A list or section that is
/// read only where it is written must stand in <see cref="Everything"/>, with <c>&lt;name&gt;</c> where the configuration chooses keys.
/// </summary>
internal static class ReferenceSettings
{
    private const string Everything = """
        listeners: [{ port: 8080, tls: { cert: a, key: b } }]
        contracts: [ragflow-v1, generic]
        handoff: { redis: { host: redis } }
        keys: [{ id: a }]
        assertion: { keys: [{ id: a }] }
        accounts: { kind: sql, http: { headers: { <name>: "" } } }
        limits: { forwarded: [{ path: /login }] }
        mail: { oauth2: { provider: custom }, relays: [{ mail_server: relay, oauth2: { provider: custom } }] }
        pages: { login_link: { text: { <language>: "" } }, texts: { en: { title: "" } } }
        """;

    /// <summary>What is read instead of something else: of the app's two databases one is asked for.</summary>
    private const string Otherwise = "accounts.sql.provider=postgres";

    /// <summary>In the order in which they are read, with <c>[]</c> for any place in a list.</summary>
    public static IReadOnlyList<SettingUse> Read()
    {
        using var folder = new SettingsFolder().Own(Everything);
        using var nothing = new SettingsFolder();
        var bare = nothing.Read().Reading.Uses.GroupBy(static use => use.Key).ToDictionary(static uses => uses.Key, static uses => uses.First().Default);
        var uses = new List<SettingUse>();
        var at = 0;
        foreach (var use in folder.Read().Reading.Uses.Concat(folder.Flag(Otherwise).Read().Reading.Uses).Where(static use => use.Kind != SettingKind.Content))
        {
            var key = use.Key == "pages.texts.en.title" ? "pages.texts.<language>.<key>" : use.Key.Replace("[0]", "[]", StringComparison.Ordinal);
            var plain = use with { Key = key, Default = bare.GetValueOrDefault(use.Key, use.Default) };
            var known = uses.FindIndex(other => other.Key == plain.Key);
            if (known < 0)
            {
                // Behind the one that is read before it.
                uses.Insert(at, plain);
                known = at;
            }
            else if (uses[known].Kind == SettingKind.Text)
            {
                // Of two readers, the one that wants more says what it is.
                uses[known] = plain;
            }

            at = known + 1;
        }

        return uses;
    }
}
