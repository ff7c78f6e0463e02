namespace Sidecar.Tests.Hosting;

public sealed class SettingsLayersTests : IDisposable
{
    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Load_AllLayers_TheStrongerWins()
    {
        const string Everywhere = "s: { a: app, b: app, c: app, d: app, e: app }";
        _folder.App(Everywhere).Local("s: { b: local, c: local, d: local, e: local, a: app }");
        _folder.Own("s: { c: own, d: own, e: own }");
        _folder.Environment("SIDECAR__S__D", "environment").Environment("SIDECAR__S__E", "environment").Flag("s.e=flag");

        var section = _folder.Load().Section("s");

        Assert.Equal(["app", "local", "own", "environment", "flag"], new[] { "a", "b", "c", "d", "e" }.Select(key => section.Text(key)));
    }

    [Fact]
    public void Load_LocalFile_ReplacesWholeSections()
    {
        _folder.App("smtp: { mail_server: a, mail_username: u }\nredis: { host: kept }").Local("smtp: { mail_server: b }");

        var root = _folder.Load();

        Assert.Equal(("b", "", "kept"), (root.Section("smtp").Text("mail_server"), root.Section("smtp").Text("mail_username"), root.Section("redis").Text("host")));
    }

    [Fact]
    public void Load_OwnFile_MergesIntoTheAppsSections()
    {
        _folder.App("redis: { host: redis, password: p }").Own("redis: { db: 4 }");

        var redis = _folder.Load().Section("redis");

        Assert.Equal(("redis", "p", "4"), (redis.Text("host"), redis.Text("password"), redis.Text("db")));
    }

    [Fact]
    public void Load_ListOfObjects_MergesByIndex()
    {
        _folder.Own("listeners: [{ port: 1, upstream: a }, { port: 2, upstream: b }]");
        _folder.Environment("SIDECAR__LISTENERS__1__UPSTREAM", "c").Flag("listeners[2].port=3");

        var listeners = _folder.Load().Sections("listeners");

        Assert.Equal(["1 a", "2 c", "3 "], listeners.Select(listener => $"{listener.Text("port")} {listener.Text("upstream")}"));
    }

    [Theory]
    [InlineData("SIDECAR__CONTRACTS__0", "x")]
    [InlineData("SIDECAR__CONTRACTS", "x")]
    public void Load_ListOfScalars_IsReplacedWhole(string name, string value)
    {
        _folder.Own("contracts: [a, b, c]").Environment(name, value);

        Assert.Equal(["x"], _folder.Load().Texts("contracts"));
    }

    [Fact]
    public void Load_EmptyList_ReplacesTheOneBelow()
    {
        _folder.App("contracts: [a, b]").Own("contracts: []");

        Assert.Empty(_folder.Load().Texts("contracts", "fallback"));
    }

    [Fact]
    public void Load_ScalarForAList_IsSplitAtCommas()
    {
        _folder.Environment("SIDECAR__CONTRACTS", "a, b,,c ");

        Assert.Equal(["a", "b", "c"], _folder.Load().Texts("contracts"));
    }

    [Theory]
    [InlineData("SIDECAR__LIMITS__RECIPIENT_HOUR__PERMITS")]
    [InlineData("sidecar__limits__recipient-hour__permits")]
    public void Load_EnvironmentSpelling_MeansTheKeyWithADash(string name)
    {
        _folder.Own("limits: { recipient-hour: { permits: 5, window: 2h } }").Environment(name, "7");

        var limit = _folder.Load().Section("limits").Section("recipient-hour");

        Assert.Equal(("7", "2h"), (limit.Text("permits"), limit.Text("window")));
    }

    [Fact]
    public void Load_EnvironmentSpellingAlone_IsFoundAndKnown()
    {
        _folder.Environment("SIDECAR__LIMITS__RECIPIENT_HOUR__PERMITS", "7");
        var root = _folder.Load();

        Assert.Equal("7", root.Section("limits").Section("recipient-hour").Text("permits"));
        root.RejectUnknownKeys();
        Assert.Empty(root.Faults);
    }

    [Fact]
    public void Load_KeysInOtherCase_AreTheSame()
    {
        _folder.Own("Recovery: { CoolDown: 90s }");

        Assert.Equal("90s", _folder.Load().Section("recovery").Text("cooldown"));
    }

    [Fact]
    public void Load_IndexWrittenTwice_DoesNotThrow()
    {
        _folder.Environment("SIDECAR__CONTRACTS__0", "a").Environment("SIDECAR__CONTRACTS__00", "b");

        Assert.Empty(_folder.Load().Texts("contracts"));
    }

    [Fact]
    public void Load_FlagWithEqualsInTheValue_KeepsIt() => Assert.Equal("a=b==", _folder.Flag("pepper=a=b==").Load().Text("pepper"));

    [Fact]
    public void Load_OtherVariables_AreNotSettings()
    {
        _folder.Environment("SIDECAR_PORT", "1").Environment("SIDECAR__", "1").Environment("PATH", "x");

        Assert.Empty(_folder.Load().Keys);
    }
}
