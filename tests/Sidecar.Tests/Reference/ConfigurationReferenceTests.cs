using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NJsonSchema;
using Sidecar.Hosting;
using Sidecar.Tests.House;

namespace Sidecar.Tests.Reference;

/// <summary>
/// The table in docs/configuration.md and conf/sidecar.schema.json are what the readers ask for, in the words of their doc
/// comments. With SIDECAR_WRITE=1 they are written anew instead of compared.
/// </summary>
public sealed partial class ConfigurationReferenceTests
{
    private static readonly IReadOnlyList<SettingUse> Settings = ReferenceSettings.Read();
    private static readonly IReadOnlyDictionary<string, string> Meanings = DocComments.Read();

    private static string Page => Path.Combine(SourceTree.Root, "docs", "configuration.md");

    private static string Schema => Path.Combine(SourceTree.Root, "conf", "sidecar.schema.json");

    public static TheoryData<string> Shipped =>
        ["sidecar.yaml", "service_conf.yaml", .. Directory.GetFiles(Path.Combine(SourceTree.Root, "conf", "examples"), "*.yaml").Select(static file => $"examples/{Path.GetFileName(file)}").Order(StringComparer.Ordinal)];

    [Fact]
    public void Settings_All_AreDescribedInTheSource() => Assert.Empty(Settings
        .Where(static use => string.IsNullOrEmpty(ReferenceTable.Meaning(use.Key, Meanings)))
        .Select(static use => $"{use.Key} has no description: begin a doc comment with `<c>{ReferenceTable.Described(use.Key)}</c>: …` in {string.Join(" or ", Readers(use.Key))}"));

    [Fact]
    public void Descriptions_All_AreOfSettings()
    {
        var keys = Settings.Select(static use => ReferenceTable.Described(use.Key)).ToHashSet(StringComparer.Ordinal);
        var sections = Settings.Select(static use => use.Key.Split('.', '[')[0]).ToHashSet(StringComparer.Ordinal);
        // Other doc comments begin with words in code type too; those with a dot below one of our sections mean a setting.
        Assert.DoesNotContain(Meanings.Keys, key => key.Contains('.', StringComparison.Ordinal) && sections.Contains(key.Split('.', '[')[0]) && !keys.Contains(key) && !Settings.Any(use => use.Key.StartsWith($"{key}.", StringComparison.Ordinal)));
    }

    [Fact]
    public void Table_OfTheReference_IsWhatTheSourceSays() => Compare(Page, static text =>
    {
        var (begin, end) = (text.IndexOf(ReferenceTable.Begin, StringComparison.Ordinal), text.IndexOf(ReferenceTable.End, StringComparison.Ordinal));
        Assert.True(begin >= 0 && end > begin, "docs/configuration.md has lost the marks of its generated table");
        return $"{text[..begin]}{ReferenceTable.Begin}\n{ReferenceTable.Write(Settings, Meanings)}{text[end..]}";
    });

    [Fact]
    public void Schema_ForEditors_IsWhatTheSourceSays() => Compare(Schema, static _ => ReferenceSchema.Write(Settings, Meanings));

    [Theory]
    [MemberData(nameof(Shipped))]
    public async Task Schema_ShippedFile_IsValid(string name)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "conf", name));
        Assert.Empty(await FaultsAsync(Own(text, isTheApps: name == "service_conf.yaml")));
        // And with everything in it that is shown commented out.
        Assert.Empty(await FaultsAsync(Own(Uncomment(text), isTheApps: name == "service_conf.yaml")));
        Assert.True(name == "service_conf.yaml" || text.StartsWith($"# yaml-language-server: $schema={(name.Contains('/', StringComparison.Ordinal) ? "../" : "")}sidecar.schema.json\n", StringComparison.Ordinal), $"{name} does not name its schema");
    }

    [Theory]
    [InlineData("recovery: { cooldwn: 60s }", "recovery.cooldwn")]
    [InlineData("recovry: {}", "recovry")]
    [InlineData("recovery: { cooldown: soon }", "recovery.cooldown")]
    [InlineData("recovery: { tries: 11 }", "recovery.tries")]
    [InlineData("recovery: { answers: maybe }", "recovery.answers")]
    [InlineData("recovery: { enabled: perhaps }", "recovery.enabled")]
    [InlineData("listeners: [{ port: 8080, upstrem: x }]", "listeners[0]")]
    [InlineData("limits: { client: { permits: many } }", "limits.client.permits")]
    [InlineData("mail: { relays: [{ mail_port: 0 }] }", "mail.relays[0]")]
    public async Task Schema_WrongFile_IsNotValid(string text, string path) =>
        Assert.Contains(await FaultsAsync(Own(text, isTheApps: false)), fault => fault.StartsWith($"#/{path}", StringComparison.Ordinal));

    [Theory]
    [InlineData("limits: { recipient-hour: { permits: 3 }, mail_global: { mode: dry_run } }")]
    [InlineData("redis: { password: 12345, password_file: null }")]
    [InlineData("contracts: generic")]
    [InlineData("pages: { colors: { dark: { on-accent: '#000000' } }, texts: { de: { title: Vergessen? } } }")]
    [InlineData("accounts: { http: { headers: { Authorization: Bearer x } } }")]
    public async Task Schema_RightFile_IsValid(string text) => Assert.Empty(await FaultsAsync(Own(text, isTheApps: false)));

    /// <summary>Of the app's own file, the sections that are ours.</summary>
    private static JsonNode Own(string text, bool isTheApps)
    {
        var instance = YamlInstance.Read(text);
        var ours = Settings.Select(static use => use.Key.Split('.', '[')[0]).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, _) in isTheApps ? instance.AsObject().ToArray() : [])
        {
            if (!ours.Contains(name))
            {
                instance.AsObject().Remove(name);
            }
        }

        return instance;
    }

    private static async Task<string[]> FaultsAsync(JsonNode instance)
    {
        var schema = await JsonSchema.FromJsonAsync(ReferenceSchema.Write(Settings, Meanings));
        return [.. schema.Validate(instance.ToJsonString()).Select(static fault => $"{fault.Path}: {fault.Kind}")];
    }

    /// <summary>Lines that are commented out settings become settings; prose stays prose.</summary>
    private static string Uncomment(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (Commented.Match(lines[i]) is { Success: true } match && !lines[i].StartsWith("# yaml-", StringComparison.Ordinal))
            {
                lines[i] = match.Groups["setting"].Value;
            }
        }

        return lines[0].StartsWith("# The sidecar's own", StringComparison.Ordinal) || text.Contains("# The sidecar's own", StringComparison.Ordinal) ? string.Join('\n', lines) : text;
    }

    private static void Compare(string file, Func<string, string> write)
    {
        var there = File.Exists(file) ? File.ReadAllText(file) : "";
        var wanted = write(there);
        if (Environment.GetEnvironmentVariable("SIDECAR_WRITE") == "1")
        {
            File.WriteAllText(file, wanted);
            return;
        }

        var differs = wanted.Split('\n').Zip(there.Split('\n').Concat(Enumerable.Repeat("", wanted.Length))).FirstOrDefault(static pair => pair.First != pair.Second);
        Assert.True(wanted == there, $"{Path.GetRelativePath(SourceTree.Root, file)} is stale, first here:\n{differs.First}\nWrite it anew with: SIDECAR_WRITE=1 dotnet run --project tests/Sidecar.Tests -- --filter-class '*ConfigurationReferenceTests'");
    }

    /// <summary>The files that may read it.</summary>
    private static string[] Readers(string key)
    {
        var name = key[(key.LastIndexOf('.') + 1)..];
        var files = SourceTree.Files.Where(file => file.Text.Contains($"(\"{name}\"", StringComparison.Ordinal)).Select(static file => $"src/Sidecar/{file.Path}").ToArray();
        return files.Length > 0 ? files : ["the file that reads it"];
    }

    [GeneratedRegex(@"^# (?<setting>(?:  )*(?:- )?[a-z0-9_\-]+:(?: .*|$))")]
    private static partial Regex Commented { get; }
}
