using CsCheck;

namespace Sidecar.Tests.Hosting;

public sealed class SettingsFaultsTests : IDisposable
{
    private readonly SettingsFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_ManyFaults_TellsAllAtOnceWithTheirPlaces()
    {
        _folder.App("redis: { host: 're dis' }").Local("smtp: { mail_port: many }").Own("recovery: { tries: 99 }\nlisteners: [{ port: 0 }]");
        _folder.Environment("SIDECAR__CAPTCHA__LENGTH", "x").Flag("store.kind=disk");

        var faults = _folder.Read().Faults.Where(static fault => !fault.IsHarmless).Select(fault => $"{Path.GetFileName(fault.Source)}|{fault.Key}|{fault.Value}").ToArray();

        Assert.Equal(
            [
                "sidecar.yaml|listeners[0].port|0",
                "sidecar.yaml|recovery.tries|99",
                "environment SIDECAR__CAPTCHA__LENGTH|captcha.length|x",
                "service_conf.yaml|redis.host|re dis",
                "--set store.kind|store.kind|disk",
                "local.service_conf.yaml|smtp.mail_port|many",
            ],
            faults);
    }

    [Theory]
    [InlineData("telemetry: { otlp_endpoint: nowhere }")]
    [InlineData("forward: { connect_timeout: soon }")]
    [InlineData("shutdown: { drain: 2 }")]
    public void Fault_OutsideRecovery_IsToldAndLeavesItOn(string yaml)
    {
        var options = _folder.Own(yaml).Read();

        Assert.Contains(options.Faults, static fault => fault.Value.Length > 0);
        Assert.Equal("", options.RecoveryOffReason);
    }

    [Theory]
    [InlineData("a: &a [*a]")]
    [InlineData("a: &a { b: *a }")]
    public void Read_AliasThatHoldsItself_IsAFault(string yaml) =>
        Assert.Contains(_folder.Own(yaml).Read().Faults, static fault => fault.IsFatal && fault.Problem == "is not valid YAML");

    [Fact]
    public void Read_AliasesOfAliases_AreAFaultBeforeTheyFillTheMemory()
    {
        var yaml = "a: &a [x, x, x, x, x, x, x, x]\n" + string.Concat("bcdef".Select(static (name, i) => $"{name}: &{name} [{string.Join(", ", Enumerable.Repeat($"*{"abcde"[i]}", 8))}]\n"));

        Assert.Contains(_folder.Own(yaml).Read().Faults, static fault => fault.IsFatal && fault.Problem == "is not valid YAML");
    }

    [Fact]
    public void Read_FileFarTooLong_IsAFault() =>
        Assert.Contains(_folder.Own("# " + new string('x', 1024 * 1024)).Read().Faults, static fault => fault.IsFatal && fault.Problem == "is longer than 1 MiB");

    [Fact]
    public void Read_FolderInTheFilesPlace_IsAFault()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "sidecar.yaml"));

        Assert.Contains(_folder.Read().Faults, static fault => fault.IsFatal && fault.Problem == "is a folder");
    }

    [Fact]
    public void Read_KeyNamedTwice_IsAFaultThatSaysSo() =>
        Assert.Contains(_folder.Own("limits: {}\nlimits: {}").Read().Faults, static fault => fault.IsFatal && fault.Source.EndsWith(":2", StringComparison.Ordinal) && fault.Problem == "names a key near column 1 that was named before");

    [Fact]
    public void Fault_AsALine_HasTheStandingForm()
    {
        _folder.Own("recovery: { cooldown: soon }");

        Assert.Equal(
            $"{Path.Combine(_folder.Path, "sidecar.yaml")}: recovery.cooldown: soon: is not a duration. Fix: write a number with ms, s, m, h or d, such as 1m",
            Assert.Single(_folder.Read().Faults, static fault => !fault.IsHarmless).ToString());
    }

    [Theory]
    [InlineData("redis: { host: redis, password: '${HUSH-hush:-hush}' }")]
    [InlineData("captcha: { fixed_answer: 'HUSH-hush' }")]
    [InlineData("pepper: HUSH-hush")]
    [InlineData("keys: [{ id: k, secret: HUSH-hush }]")]
    [InlineData("keys: HUSH-hush")]
    [InlineData("keys: [HUSH-hush]")]
    [InlineData("smtp: HUSH-hush")]
    [InlineData("redis: 'redis://:HUSH-hush@redis:6379'")]
    [InlineData("redis: { host: 'redis://:HUSH-hush@redis:6379' }")]
    [InlineData("listeners: [{ upstream: 'http://user:HUSH-hush@app' }]")]
    [InlineData("smtp: { mail_server: 'smtp://me@example.org:HUSH-hush@relay', mail_default_sender: [a, 'a@example.org'] }")]
    [InlineData("smtp: { mail_server: relay, mail_password: HUSH-hush, mail_default_sender: [a, 'a@example.org'] }")]
    [InlineData("recovery: { cooldown: 5\n  pepper: HUSH-hush")]
    [InlineData("pepper: \"HUSH-hush")]
    [InlineData("pepper: @HUSH-hush")]
    [InlineData("HUSH-hush")]
    public void Read_SecretInAFault_IsNotTold(string yaml)
    {
        var options = _folder.Own(yaml).Read();

        Assert.Contains(options.Faults, static fault => !fault.IsHarmless);
        Assert.DoesNotContain(options.Faults, static fault => fault.ToString().Contains("HUSH", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void Read_InvalidYaml_TellsFileAndLineAndIsFatal()
    {
        var fault = Assert.Single(_folder.Own("recovery:\n  tries: 5\n bad\n").Read().FatalFaults);

        Assert.Equal(Path.Combine(_folder.Path, "sidecar.yaml:3"), fault.Source);
    }

    [Theory]
    [InlineData("recovery:\n  tries: [1\n  lock: 5m\n")]
    [InlineData("[a, b]")]
    [InlineData("a: b: c")]
    public void Read_BrokenFile_IsFatalAndNothingElse(string yaml) => Assert.Equal("", Assert.Single(_folder.Own(yaml).Read().FatalFaults).Key);

    [Fact]
    public void Load_AnyText_NeverThrows() =>
        Gen.String[Gen.Char["ab:,[]{}-?*&!|>'\"%@`#~ \t\n\0\u0085\uFEFF1"], 0, 20].Sample(text => _folder.Own(text).Load().Faults is not null, threads: 1, iter: 2000);

    [Fact]
    public void Read_MissingFolder_IsFatal()
    {
        var options = SidecarOptions.Read(new("run", Path.Combine(_folder.Path, "nowhere"), [], ""), new System.Collections.Hashtable());

        Assert.Contains("--config", Assert.Single(options.FatalFaults).Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("recovery: { coldown: 60s }", "recovery.coldown", "cooldown")]
    [InlineData("recovery: { cooldwon: 60s }", "recovery.cooldwon", "cooldown")]
    [InlineData("recovery: { code: { lengths: 8 } }", "recovery.code.lengths", "length")]
    [InlineData("recover: { tries: 5 }", "recover", "recovery")]
    [InlineData("captcha: { TLL: 60s }", "captcha.TLL", "ttl")]
    public void Read_UnknownKey_AsksWhetherTheNearestWasMeant(string yaml, string key, string meant)
    {
        var options = _folder.Own(yaml).Read();

        var fault = Assert.Single(options.Faults, fault => fault.Key == key);
        Assert.Equal($"did you mean `{meant}`?", fault.Fix);
        Assert.Equal("", options.RecoveryOffReason);
    }

    [Fact]
    public void Read_SectionsOfTheApp_AreNobodysMistake()
    {
        var options = _folder.App("ragflow: { host: 0.0.0.0, http_port: 9380 }\nmysql: { name: rag_flow }\n").Local("minio: { user: u }").Read();

        Assert.DoesNotContain(options.Faults, static fault => fault.Problem == "is not a setting");
    }

    [Theory]
    [InlineData("${REDIS_HOST:-redis}:6379")]
    [InlineData("${REDIS_HOST}")]
    public void Read_UnrenderedTemplate_SaysSo(string host)
    {
        var options = _folder.App($"redis: {{ host: '{host}' }}").Read();

        Assert.Contains("template", Assert.Single(options.Faults, static fault => !fault.IsHarmless && fault.Key == "redis.host").Problem, StringComparison.Ordinal);
        Assert.False(options.Redis.IsConfigured);
        Assert.Empty(options.FatalFaults);
    }

    [Theory]
    [InlineData("recovery")]
    [InlineData("=x")]
    public void Read_MalformedFlag_IsFatal(string flag) =>
        Assert.Equal("--set", Assert.Single(_folder.Flag(flag).Read().FatalFaults).Source);
}
