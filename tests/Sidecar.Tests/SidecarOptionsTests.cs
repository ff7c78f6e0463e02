using Sidecar.Accounts;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Recovery;
using Sidecar.Tests.Hosting;
using Sidecar.Throttling;

namespace Sidecar.Tests;

public sealed class SidecarOptionsTests : IDisposable
{
    private const string Working = "smtp: { mail_server: relay, mail_default_sender: [a, 'a@example.org'] }\nhandoff: { redis: { host: redis } }\n";

    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_NothingSet_IsTheTableOfDefaults()
    {
        var options = _folder.Read();

        var listener = Assert.Single(options.Listeners);
        Assert.Equal((null, 8080, "http://127.0.0.1"), (listener.Address?.ToString(), listener.Port, listener.Prefix));
        Assert.Equal(("0.0.0.0", 9090), (options.Management.Address?.ToString(), options.Management.Port));
        Assert.Equal(["auto"], options.Contracts);
        Assert.Empty(options.Recovery.AllowedOrigins);
        Assert.Equal(
            new RecoveryOptions(true, AnswerStyle.Uniform, 8, Minutes(5), 5, Minutes(30), Minutes(1), 3, Minutes(5), options.Recovery.AllowedOrigins, null),
            options.Recovery);
        Assert.Equal((5, Minutes(1), null), (options.Captcha.Length, options.Captcha.Lifetime, options.Captcha.FixedAnswer));
        Assert.Equal((StoreKind.Auto, 100_000, false), (options.Store.Kind, options.Store.MaxFlows, options.UsesRedis));
        Assert.Equal((AccountsKind.Probe, "http://127.0.0.1/", TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(30)), (options.Accounts.Kind, options.Accounts.Upstream.ToString(), options.Accounts.Timeout, options.Accounts.Cache));
        Assert.Equal((60, Minutes(1), LimitMode.On), (options.Limits.Client.Permits, options.Limits.Client.Window, options.Limits.Client.Mode));
        Assert.Empty(options.ClientAddress.TrustedProxies);
        Assert.Equal((false, false, 465), (options.Redis.IsConfigured, options.Smtp.IsConfigured, options.Smtp.Port));
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), true), (options.Mail.ConnectTimeout, options.Mail.CommandTimeout, options.Mail.BlockReservedDomains));
        Assert.Equal(TimeSpan.FromHours(1), options.Forward.ActivityTimeout);
        Assert.Equal(("en", true), (options.Mail.Language, options.Mail.LanguageFromRequest));
        Assert.Equal("", options.RecoveryOffReason);
        Assert.Empty(options.FatalFaults);
    }

    [Fact]
    public void Read_NothingSet_MindsThatNothingCanBeMailedOrHandedOn() =>
        Assert.Equal(["redis.host", "smtp.mail_server"], _folder.Read().Faults.Select(static fault => fault.Key).Order());

    [Fact]
    public void Read_Working_HasNoFault() => Assert.Empty(_folder.Own(Working).Read().Faults);

    [Theory]
    [InlineData("zh", null)]
    [InlineData("zh-CN", null)]
    [InlineData("fr", "write one of en, zh, or add a folder with its name to the templates")]
    public void Read_MailLanguage_IsOneThatEveryMailIsThereIn(string language, string? fix) =>
        Assert.Equal(fix, _folder.Own(Working + $"mail: {{ language: {language} }}\n").Read().Faults.SingleOrDefault()?.Fix);

    [Fact]
    public void Read_ShippedConf_HasNoFaultOfItsOwn()
    {
        _folder.Own(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "conf", "sidecar.yaml"))).App(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "conf", "service_conf.yaml")));

        Assert.DoesNotContain(_folder.Read().Faults, static fault => !fault.IsHarmless);
    }

    [Theory]
    [InlineData("Development", "127.0.0.1", true)]
    [InlineData("development", "localhost", true)]
    [InlineData("Development", "::1", true)]
    [InlineData("Development", "*", false)]
    [InlineData("Development", "0.0.0.0", false)]
    [InlineData("Production", "127.0.0.1", false)]
    [InlineData("", "127.0.0.1", false)]
    public void Read_FixedAnswer_OnlyInDevelopmentOnLoopback(string environment, string address, bool allowed)
    {
        _folder.Own($"{Working}captcha: {{ fixed_answer: ACE49 }}\nlisteners: [{{ address: '127.0.0.1', port: 1 }}, {{ address: '{address}', port: 2 }}]").Environment("DOTNET_ENVIRONMENT", environment);

        var options = _folder.Read();

        Assert.Equal(allowed, options.RecoveryOffReason.Length == 0);
        Assert.Equal(allowed, options.Faults.Count == 0);
        Assert.Empty(options.FatalFaults);
    }

    [Fact]
    public void Read_RedisOutsideDevelopment_NeedsKeysAndPepper()
    {
        var options = _folder.Own($"{Working}redis: {{ host: redis }}").Read();

        Assert.True(options.UsesRedis);
        Assert.Equal(["keys", "pepper"], options.Faults.Select(static fault => fault.Key));
        Assert.NotEqual("", options.RecoveryOffReason);
        Assert.Empty(options.FatalFaults);
    }

    [Theory]
    [InlineData("DOTNET_ENVIRONMENT", "Development", "auto")]
    [InlineData("ASPNETCORE_ENVIRONMENT", "Development", "auto")]
    [InlineData("DOTNET_ENVIRONMENT", "Production", "memory")]
    public void Read_DevelopmentOrMemory_MakesKeysUp(string name, string value, string store) =>
        Assert.Empty(_folder.Own($"{Working}redis: {{ host: redis }}\nstore: {{ kind: {store} }}").Environment(name, value).Read().Faults);

    [Fact]
    public void Read_StoreRedisWithoutOne_IsAFault() =>
        Assert.Contains(_folder.Own($"{Working}store: {{ kind: redis }}").Read().Faults, static fault => fault.Key == "redis.host" && !fault.IsHarmless);

    [Theory]
    [InlineData("http://0.0.0.0:9380", "http://127.0.0.1:9380")]
    [InlineData("http://[::]:9380", "http://[::1]:9380")]
    [InlineData("https://app.example.org", "https://app.example.org")]
    [InlineData("http://app:80/", "http://app")]
    public void Read_Upstream_IsWhereTheAppCanBeReached(string written, string prefix)
    {
        var options = _folder.Own($"{Working}listeners: [{{ upstream: '{written}' }}]").Read();

        Assert.Empty(options.Faults);
        Assert.Equal(prefix, options.Listeners[0].Prefix);
        Assert.Equal(prefix + "/", options.Accounts.Upstream.ToString());
    }

    [Theory]
    [InlineData("app:80")]
    [InlineData("ftp://app")]
    [InlineData("http://app/path")]
    [InlineData("http://app?x")]
    [InlineData("http://user@app")]
    public void Read_UpstreamThatIsNone_IsFatal(string written) =>
        Assert.Equal("listeners[0].upstream", Assert.Single(_folder.Own($"listeners: [{{ upstream: '{written}' }}]").Read().FatalFaults).Key);

    [Theory]
    [InlineData("listeners: [{ port: 1 }, { port: 1 }]", "listeners[1].port")]
    [InlineData("listeners: [{ address: 127.0.0.1 }, { address: '::1' }]", "listeners[1].port")]
    [InlineData("listeners: [{ port: 9090 }]", "management.port")]
    [InlineData("management: { port: 8080 }", "management.port")]
    [InlineData("listeners: [{ address: app }]", "listeners[0].address")]
    [InlineData("listeners: { port: 1 }", "listeners")]
    public void Read_ListenersThatCannotBe_AreFatal(string yaml, string key) => Assert.Equal(key, Assert.Single(_folder.Own(yaml).Read().FatalFaults).Key);

    [Theory]
    [InlineData("recovery: { enabled: false }", "recovery.enabled is false")]
    [InlineData("recovery: { code: { length: 4 } }", "recovery.code.length")]
    [InlineData("contracts: [ragflow-v2]", "contracts")]
    [InlineData("contracts: [ragflow-v1, ragflow-rest-go, ragflow-rest]", "contracts")]
    [InlineData("accounts: { kind: guess }", "accounts.kind")]
    [InlineData("smtp: { mail_server: 'smtp://relay' }", "smtp.mail_server")]
    [InlineData("recovery: { allowed_origins: ['https://a.example.org/'] }", "recovery.allowed_origins")]
    public void Read_FaultOfRecoverysOwn_TurnsRecoveryOffAndServesTheApp(string yaml, string reason)
    {
        var options = _folder.App(Working).Own(yaml).Read();

        Assert.Contains(reason, options.RecoveryOffReason, StringComparison.Ordinal);
        Assert.Empty(options.FatalFaults);
    }

    [Fact]
    public void Read_HandoffOfItsOwn_LeavesTheStateWhereItIs()
    {
        var options = _folder.App("redis: { host: 'app-redis:6380', db: 1 }").Own("handoff: { redis: { host: other, db: 7 } }").Read();

        Assert.Equal(("app-redis:6380/1", "other:6379/7"), (options.Redis.Place, options.Handoff.Place));
    }

    [Fact]
    public void Read_StateInACluster_WantsTheAppsOwnRedis()
    {
        var app = _folder.App("redis: { host: 'app-redis:6380', db: 1 }");
        var missing = app.Own("redis: { cluster: { hosts: ['a:7000'] } }").Read();
        Assert.Contains(missing.Faults, static fault => fault.Key == "handoff.redis.host" && fault.Problem.Contains("Cluster", StringComparison.Ordinal));

        var named = app.Own("redis: { cluster: { hosts: ['a:7000'] } }\nhandoff: { redis: { host: 'app-redis:6380' } }").Read();
        Assert.DoesNotContain(named.Faults, static fault => fault.Key.StartsWith("handoff", StringComparison.Ordinal) || fault.Key.StartsWith("redis", StringComparison.Ordinal));
        Assert.Equal(("the Cluster of a:7000", "app-redis:6380/1"), (named.Redis.Place, named.Handoff.Place));
    }

    private static TimeSpan Minutes(int count) => TimeSpan.FromMinutes(count);
}
