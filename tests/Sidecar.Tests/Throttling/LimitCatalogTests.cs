using Sidecar.Hosting;
using Sidecar.Throttling;

namespace Sidecar.Tests.Throttling;

public sealed class LimitCatalogTests
{
    [Fact]
    public void Read_NothingSet_HasTheDefaultsThatStand()
    {
        var catalog = Read(out var faults);

        Assert.Empty(faults);
        Assert.Equal(
            [
                ("client", 60, 60, LimitMode.On), ("captcha", 30, 60, LimitMode.On), ("recipient-hour", 5, 3600, LimitMode.On),
                ("recipient-day", 10, 86_400, LimitMode.On), ("guesses", 100, 86_400, LimitMode.On), ("mail-global", 600, 3600, LimitMode.On),
                ("domain", 100, 3600, LimitMode.Off),
            ],
            new[] { catalog.Client, catalog.Captcha, catalog.RecipientHour, catalog.RecipientDay, catalog.Guesses, catalog.MailGlobal, catalog.Domain }
                .Select(static limit => (limit.Name, limit.Permits, (int)limit.Window.TotalSeconds, limit.Mode)));
        Assert.Empty(catalog.Forwarded);
    }

    [Theory]
    [InlineData("captcha")]
    [InlineData("recipient-hour")]
    [InlineData("recipient_day")]
    [InlineData("guesses")]
    [InlineData("mail-global")]
    [InlineData("domain")]
    public void Read_EachLimit_IsSetByItsName(string name)
    {
        var catalog = Read(out var faults, ($"limits.{name}.permits", "7"), ($"limits.{name}.window", "90s"), ($"limits.{name}.mode", "dry_run"));

        Assert.Empty(faults);
        var set = Assert.Single(
            new[] { catalog.Client, catalog.Captcha, catalog.RecipientHour, catalog.RecipientDay, catalog.Guesses, catalog.MailGlobal, catalog.Domain },
            static limit => limit.Permits == 7);
        Assert.Equal((name.Replace('_', '-'), TimeSpan.FromSeconds(90), LimitMode.DryRun), (set.Name, set.Window, set.Mode));
    }

    [Fact]
    public void Read_Forwarded_TakesPathMethodsAndNumbers()
    {
        var catalog = LimitCatalog.Read(Forwarded(("path", "/v1/user/login"), ("methods", "post"), ("permits", "10"), ("window", "5m")));

        var rule = Assert.Single(catalog.Forwarded);
        Assert.Equal("/v1/user/login", rule.Path);
        Assert.Equal(["POST"], rule.Methods);
        Assert.Equal(new LimitOptions("forwarded:POST:/v1/user/login") { Permits = 10, Window = TimeSpan.FromMinutes(5) }, rule.Limit);
    }

    [Theory]
    [InlineData("")]
    [InlineData("v1/user")]
    [InlineData("/v1/%75ser")]
    [InlineData("/v1//user")]
    [InlineData("/v1/../user")]
    [InlineData("/v1/*/user")]
    [InlineData("/v1/user?x")]
    [InlineData("/v1/user/")]
    [InlineData("/v1/\"user")]
    public void Read_ForwardedPathInAnyOtherSpelling_IsAFault(string path)
    {
        var section = Forwarded(("path", path));

        Assert.Empty(LimitCatalog.Read(section).Forwarded);
        Assert.Contains("limits.forwarded[0].path", Assert.Single(section.Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ForwardedMethodThatIsNone_IsAFault()
    {
        var section = Forwarded(("path", "/a"), ("methods", "GET POST"));

        LimitCatalog.Read(section);

        Assert.Contains("limits.forwarded[0].methods", Assert.Single(section.Faults).ToString(), StringComparison.Ordinal);
    }

    private static LimitCatalog Read(out List<Fault> faults, params (string Key, string Value)[] settings)
    {
        var root = TestSettings.Of(settings);
        var catalog = LimitCatalog.Read(root.Section(LimitCatalog.Section));
        root.RejectUnknownKeys();
        faults = root.Faults;
        return catalog;
    }

    private static SettingsSection Forwarded(params (string Key, string Value)[] rule)
    {
        var item = SettingNode.OfMap("sidecar.yaml", rule.ToDictionary(static entry => entry.Key, static entry => SettingNode.Scalar("sidecar.yaml", entry.Value)));
        return new("limits", SettingNode.OfMap("sidecar.yaml", new() { ["forwarded"] = SettingNode.OfList("sidecar.yaml", [item]) }), []);
    }
}
