using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sidecar.Hosting;

namespace Sidecar.Tests.Reference;

/// <summary>The settings as docs/configuration.md lists them, one row each.</summary>
internal static partial class ReferenceTable
{
    public const string Begin = "<!-- begin of the generated table -->";
    public const string End = "<!-- end of the generated table -->";

    public static string Write(IReadOnlyList<SettingUse> settings, IReadOnlyDictionary<string, string> meanings)
    {
        var table = new StringBuilder("| key | default | values | meaning |\n|---|---|---|---|\n");
        foreach (var (key, uses) in settings.GroupBy(static use => Row(use.Key)).Where(static row => row.Key.Length > 0).Select(static row => (row.Key, Uses: row.ToArray())).OrderBy(row => Place(settings, row.Key)))
        {
            table.Append(CultureInfo.InvariantCulture, $"| `{key}` | {Default(uses)} | {Values(uses[0])} | {Meaning(key, meanings)} |\n");
        }

        return table.ToString();
    }

    /// <summary>The key under which a setting is described: that of its twins elsewhere. Empty for those that only repeat others.</summary>
    public static string Row(string key) =>
        Twin.IsMatch(key) ? ""
        : Limit.Replace(Color.Replace(Text.Replace(key, "pages.texts.<language>.<key>"), "pages.colors.<mode>.<name>"), "limits.<name>.");

    /// <summary>Where a setting is described that only repeats another.</summary>
    public static string Described(string key) =>
        key.StartsWith("handoff.redis.", StringComparison.Ordinal) ? key["handoff.".Length..]
        : key.StartsWith("mail.relays[].oauth2.", StringComparison.Ordinal) ? $"mail.{key["mail.relays[].".Length..]}"
        : key.StartsWith("mail.relays[].mail_", StringComparison.Ordinal) ? $"smtp.{key["mail.relays[].".Length..]}"
        : key.StartsWith("limits.forwarded[].", StringComparison.Ordinal) && !key.EndsWith(".path", StringComparison.Ordinal) && !key.EndsWith(".methods", StringComparison.Ordinal) ? $"limits.<name>.{key["limits.forwarded[].".Length..]}"
        : Row(key);

    /// <summary>Null where nothing describes it.</summary>
    public static string? Meaning(string key, IReadOnlyDictionary<string, string> meanings) =>
        meanings.TryGetValue(Described(key), out var text) ? text
        : key.EndsWith("_file", StringComparison.Ordinal) ? $"a file that holds `{key[(key.LastIndexOf('.') + 1)..^"_file".Length]}` instead, which can be [exchanged](operations.md#rotating-secrets) while the sidecar runs; relative to the settings"
        : null;

    public static string Values(SettingUse use) => use switch
    {
        { Kind: SettingKind.Int, Range: var (min, max) } => string.Create(CultureInfo.InvariantCulture, $"{min} – {max}"),
        { Kind: SettingKind.Duration, Span: var (min, max) } => $"{Duration(min)} – {Duration(max)}",
        { Kind: SettingKind.Choice } => string.Join(", ", use.Words.Select(static word => $"`{word}`")),
        { Kind: SettingKind.Bool } => "true, false",
        { Kind: SettingKind.Texts } => "list",
        { IsSecret: true } => "secret",
        _ => "text",
    };

    /// <summary>Sections in the order in which they are read, each in one piece.</summary>
    private static int Place(IReadOnlyList<SettingUse> settings, string key) => settings.ToList().FindIndex(use => Section(use.Key) == Section(key));

    private static string Section(string key) => key.Split('.', '[')[0].Replace("_file", "", StringComparison.Ordinal);

    private static string Default(SettingUse[] uses) => uses.Select(static use => use.Default).Distinct().ToArray() switch
    {
        [""] => "–",
        [var one] when uses[0].Key.StartsWith("verification.", StringComparison.Ordinal) && one.Length > 0 && uses[0].Key is not ("verification.enabled" or "verification.gate.enabled" or "verification.verified_ttl") => "as `recovery`",
        ["0ms"] => "0s",
        [var one] => uses[0].Kind is SettingKind.Text or SettingKind.Texts or SettingKind.Choice ? $"`{one}`" : one,
        _ => "see [limits](#limits)",
    };

    private static string Duration(TimeSpan span) => span == TimeSpan.Zero ? "0s" : Durations.Format(span);

    [GeneratedRegex(@"^(handoff\.redis\.|mail\.relays\[\]\.(oauth2\.|mail_))")]
    private static partial Regex Twin { get; }

    [GeneratedRegex(@"^limits\.[a-z-]+\.")]
    private static partial Regex Limit { get; }

    [GeneratedRegex(@"^pages\.colors\.(light|dark)\..*$")]
    private static partial Regex Color { get; }

    [GeneratedRegex(@"^pages\.texts\..*$")]
    private static partial Regex Text { get; }
}
