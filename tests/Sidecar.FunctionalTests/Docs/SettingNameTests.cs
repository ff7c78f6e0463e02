using System.Text.RegularExpressions;

namespace Sidecar.FunctionalTests.Docs;

/// <summary>A setting that a guide names is one of docs/configuration.md.</summary>
public sealed partial class SettingNameTests
{
    private static readonly MarkdownPage Configuration = new("docs/configuration.md");

    private static readonly string[][] Known = [.. KnownNames()];

    /// <summary>What may stand for <c>&lt;name&gt;</c>: a word that the page has, such as a limit's.</summary>
    private static readonly HashSet<string> Words = [.. Configuration.Spans];

    /// <summary>An event of the log and a file, which look like settings.</summary>
    private static readonly string[] Others = ["recovery.step", "captcha.jpg"];

    public static TheoryData<string> Languages => [.. Guide.Languages];

    [Theory]
    [MemberData(nameof(Languages))]
    public void Settings_NamedInTheGuides_Exist(string language)
    {
        var named = Guide.Names.SelectMany(name => Guide.Read(language, name).Spans).Select(static span => span.Split(':')[0]).Where(IsSetting).Except(Others).ToArray();

        Assert.InRange(named.Length, 30, 500);
        Assert.All(named, static setting => Assert.True(Exists(setting), setting));
    }

    [Theory]
    [InlineData("recovery.code.ttl", true)]
    [InlineData("limits.mail-global", true)]
    [InlineData("handoff.redis", true)]
    [InlineData("listeners[].upstream", true)]
    [InlineData("recovery.code.tll", false)]
    [InlineData("limits.mail-globl", false)]
    [InlineData("pages.login-link.enabled", false)]
    [InlineData("mail.pool.queue", false)]
    public void Setting_OfThisName_IsKnownOrNot(string setting, bool known) => Assert.Equal(known, Exists(setting));

    private static bool IsSetting(string span) => Name().IsMatch(span) && Known.Any(known => known[0] == Parts(span)[0]);

    /// <summary>A setting, or a section with settings in it.</summary>
    private static bool Exists(string setting)
    {
        var parts = Parts(setting);
        return Known.Any(known => known.Length >= parts.Length && parts.Zip(known).All(static pair => pair.First == pair.Second || (pair.Second[0] == '<' && Words.Contains(pair.First))));
    }

    /// <summary>From the first cells of the tables, where <c>.b</c> behind <c>`x.a`</c> is <c>x.b</c>, and from what the text beside them names.</summary>
    private static IEnumerable<string[]> KnownNames()
    {
        foreach (var span in Configuration.Spans.Where(static span => Name().IsMatch(span)))
        {
            yield return Parts(span);
        }

        foreach (Match cell in FirstCell().Matches(Configuration.Prose))
        {
            var spans = Span().Matches(cell.Value).Select(static span => span.Groups[1].Value).ToArray();
            if (spans.Length == 0 || spans[0][0] == '.')
            {
                continue;
            }

            var first = Parts(spans[0]);
            yield return first;
            foreach (var further in spans.Skip(1).Where(static span => span[0] == '.'))
            {
                for (var kept = 1; kept < first.Length; kept++)
                {
                    yield return [.. first[..kept], .. Parts(further[1..])];
                }
            }
        }
    }

    private static string[] Parts(string name) => name.Replace("[]", "", StringComparison.Ordinal).TrimEnd('.', '*').Split('.');

    [GeneratedRegex(@"^[a-z_]+(\[\])?(\.[a-z_<>\-]+(\[\])?)+$")]
    private static partial Regex Name();

    [GeneratedRegex(@"^\| `[^|]*", RegexOptions.Multiline)]
    private static partial Regex FirstCell();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Span();
}
