using Microsoft.Extensions.Time.Testing;
using Sidecar.Otp;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Reload;

/// <summary>What a running sidecar makes of settings that change below it.</summary>
public sealed class SettingsWatchTests : IDisposable
{
    private const string Good = "captcha: { ttl: 60s }\nlimits: { client: { permits: 10 } }\n";

    private readonly SettingsFolder _folder = new SettingsFolder().Own(Good);
    private readonly FakeTimeProvider _clock = new();
    private readonly CapturingLogger<SettingsWatch> _log = new();
    private readonly List<SidecarOptions> _taken = [];
    private SettingsWatch? _watch;

    public void Dispose()
    {
        _watch?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Look_NothingChanged_SaysNothing()
    {
        Start();

        Pass();

        Assert.Empty(_log.Events);
        Assert.Empty(_taken);
    }

    [Fact]
    public void Look_SettingChanged_GoesToItsOwnerAndIsTold()
    {
        Start();
        Pass();

        _folder.Own(Good.Replace("10", "20", StringComparison.Ordinal));
        Pass();

        Assert.Equal(20, Assert.Single(_taken).Limits.Client.Permits);
        Assert.Equal("limits.client.permits: 10 -> 20, in force", Assert.Single(Changes()));
        Assert.True(_watch!.Health is { IsWell: true, Detail: "" });
    }

    [Fact]
    public void Look_ChangedBeforeTheFirstLook_IsSeen()
    {
        Start();

        _folder.Own(Good.Replace("10", "20", StringComparison.Ordinal));
        Pass();

        Assert.Single(_taken);
    }

    [Fact]
    public void Look_FileStillBeingWritten_WaitsForTheWholeOfIt()
    {
        Start();
        Pass();

        _folder.Own("limits: { client: { permits: 11 } }\n");
        _clock.Advance(SettingsWatch.Interval);
        _folder.Own("limits: { client: { permits: 12 } }\n");
        _clock.Advance(SettingsWatch.Settling);
        Assert.Empty(_taken);
        _clock.Advance(SettingsWatch.Settling);

        Assert.Equal(12, Assert.Single(_taken).Limits.Client.Permits);
    }

    [Fact]
    public void Look_SettingThatNobodyTakes_IsSaidOnceToWaitForARestart()
    {
        Start();
        Pass();

        _folder.Own(Good.Replace("60s", "90s", StringComparison.Ordinal).Replace("10", "20", StringComparison.Ordinal));
        Pass();
        _folder.Own(Good.Replace("60s", "90s", StringComparison.Ordinal).Replace("10", "30", StringComparison.Ordinal));
        Pass();

        Assert.Equal(
            ["captcha.ttl: 60s -> 90s, takes effect after a restart", "limits.client.permits: 10 -> 20, in force", "limits.client.permits: 20 -> 30, in force"], Changes());
        Assert.Equal("takes effect after a restart: captcha.ttl", _watch!.Health.Detail);

        _folder.Own(Good);
        Pass();
        Assert.Equal("", _watch.Health.Detail);
    }

    [Fact]
    public void Look_OwnerCannotTakeIt_WaitsForARestart()
    {
        Start(takes: false);
        Pass();

        _folder.Own(Good.Replace("10", "20", StringComparison.Ordinal));
        Pass();

        Assert.Equal("limits.client.permits: 10 -> 20, takes effect after a restart", Assert.Single(Changes()));
    }

    [Theory]
    [InlineData("recovery: { cooldown: 60s }\nlimits: { client: { permits: 20 }, captcha: { window: soon } }\n", "limits.captcha.window: soon: is not a duration")]
    [InlineData("recovery: { cooldown: 60s }\nlimits: { client: { permits: 20 }, clientt: { permits: 5 } }\n", "limits.clientt: : is not a setting")]
    [InlineData("limits: { client: { permits: 20 } }\nlisteners: [{ port: 70000 }]\n", "listeners[0].port: 70000: is not a whole number from 1 to 65535")]
    [InlineData("limits: { client: { permits: 20 }\n", "is not valid YAML")]
    public void Look_AnythingWrong_RefusesAllOfItUntilItIsRight(string text, string problem)
    {
        Start();
        Pass();

        _folder.Own(text);
        Pass();
        Pass();

        Assert.Empty(_taken);
        Assert.Contains(problem, Assert.Single(_log.Events, static entry => entry.ContainsKey("Fault"))["Fault"], StringComparison.Ordinal);
        Assert.Single(_log.Events, static entry => entry["{OriginalFormat}"].Contains("nothing of the change is used", StringComparison.Ordinal));
        Assert.False(_watch!.Health.IsWell);

        _folder.Own(Good.Replace("10", "20", StringComparison.Ordinal));
        Pass();
        Assert.Equal(20, Assert.Single(_taken).Limits.Client.Permits);
        Assert.True(_watch.Health.IsWell);
    }

    [Fact]
    public void Look_MendedAsItWas_SaysSo()
    {
        Start();
        Pass();
        _folder.Own("limits: [");
        Pass();

        _folder.Own(Good);
        Pass();

        Assert.Contains(_log.Events, static entry => entry["{OriginalFormat}"].Contains("right again", StringComparison.Ordinal));
        Assert.Empty(_taken);
        Assert.True(_watch!.Health.IsWell);
    }

    [Fact]
    public void Look_FaultThatTheProcessStartedWith_DoesNotHoldChangesUp()
    {
        _folder.Own("telemetry: { sample_percent: 200 }\n" + Good);
        Start();
        Pass();

        _folder.Own("telemetry: { sample_percent: 200 }\n" + Good.Replace("10", "20", StringComparison.Ordinal));
        Pass();

        Assert.Single(_taken);
    }

    [Fact]
    public void Look_ValueBelowAStrongerOne_ChangesNothing()
    {
        _folder.Environment("SIDECAR__LIMITS__CLIENT__PERMITS", "7").Flag("captcha.ttl=70s");
        Start();
        Pass();

        _folder.Own(Good.Replace("60s", "90s", StringComparison.Ordinal).Replace("10", "20", StringComparison.Ordinal));
        Pass();

        Assert.Empty(_log.Events);
        Assert.Empty(_taken);
    }

    [Fact]
    public void Look_LocalFileAppears_IsSeen()
    {
        Start();
        Pass();

        _folder.Local("limits: { captcha: { permits: 3 } }\n");
        Pass();

        Assert.Equal(3, Assert.Single(_taken).Limits.Captcha.Permits);
    }

    [Fact]
    public void Look_SecretChanged_IsToldWithoutIt()
    {
        var (before, after) = (KeyRing.NewSecret(), KeyRing.NewSecret());
        _folder.Own($"keys: [{{ id: a, secret: '{before}' }}]\n");
        Start();
        Pass();

        _folder.Own($"keys: [{{ id: b, secret: '{after}' }}, {{ id: a, secret: '{before}' }}]\n");
        Pass();

        Assert.Equal(
            ["keys[0].id: a -> b", "keys[0].secret: *** -> ***", "keys[1].id:  -> a", "keys[1].secret:  -> ***"], Changes().Select(static line => line[..line.IndexOf(',', StringComparison.Ordinal)]));
        Assert.DoesNotContain(_log.Events, entry => entry.Values.Any(value => value.Contains(before, StringComparison.Ordinal) || value.Contains(after, StringComparison.Ordinal)));
    }

    [Fact]
    public void Look_MountedSecretSwapped_IsSeen()
    {
        // As Kubernetes does it: the file is a link through ..data, which is a link to a generation, and only that one is swapped.
        var (first, second) = (Generation("..1", "before\n"), Generation("..2", "after\n"));
        var data = Path.Combine(_folder.Path, "..data");
        Directory.CreateSymbolicLink(data, first);
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "password"), "..data/password");
        _folder.Own("smtp: { mail_server: relay, mail_username: a, mail_password_file: password, mail_from_address: a@example.org }\n");
        Start(keys: "smtp");
        Pass();

        File.Delete(data);
        Directory.CreateSymbolicLink(data, second);
        Pass();

        Assert.Equal("after", Assert.Single(_taken).Smtp.Password);
        Assert.Equal("smtp.mail_password: *** -> ***, in force", Assert.Single(Changes()));
    }

    [Fact]
    public void Look_FileThatASettingNamesChanged_IsSeen()
    {
        _folder.File("public.pem", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "conf", "ragflow-public.pem")));
        Start(keys: "pages.password.public_key");
        Pass();

        using var other = System.Security.Cryptography.RSA.Create(2048);
        _folder.File("public.pem", other.ExportSubjectPublicKeyInfoPem());
        Pass();

        Assert.Single(_taken);
        Assert.Contains(_log.Events, static entry => entry["{OriginalFormat}"].Contains("hold something else", StringComparison.Ordinal) && entry["Key"] == "pages.password.public_key");
    }

    [Fact]
    public void Look_Asked_DoesNotWait()
    {
        Start();
        Pass();

        _folder.Own(Good.Replace("10", "20", StringComparison.Ordinal));
        _watch!.Look(isAsked: true);

        Assert.Single(_taken);
    }

    [Fact]
    public void Look_PartThatTriesInVain_IsRefusedWholeAndTriedAgain()
    {
        var (tried, why) = (0, "redis: the login was refused");
        Start(parts: new ReloadPart(["captcha"], static _ => true) { Try = _ => Tell() });
        Pass();
        Assert.Equal(0, tried);

        _folder.Own("captcha: { ttl: 90s }\nlimits: { client: { permits: 20 } }\n");
        Pass();
        Pass();

        Assert.True(tried > 1);
        Assert.Empty(_taken);
        Assert.Empty(Changes());
        Assert.False(_watch!.Health.IsWell);
        Assert.Single(_log.Events, entry => entry.GetValueOrDefault("Reason") == why);
        Assert.Single(_log.Events, static entry => entry["{OriginalFormat}"].StartsWith("The settings changed, and nothing", StringComparison.Ordinal));

        why = "";
        Pass();
        Assert.Equal(20, Assert.Single(_taken).Limits.Client.Permits);
        Assert.Equal(["captcha.ttl: 60s -> 90s, in force", "limits.client.permits: 10 -> 20, in force"], Changes());
        Assert.True(_watch.Health.IsWell);
        var asked = tried;
        Pass();
        Assert.Equal(asked, tried);

        string Tell()
        {
            tried++;
            return why;
        }
    }

    private string Generation(string name, string secret)
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, name));
        File.WriteAllText(Path.Combine(_folder.Path, name, "password"), secret);
        return name;
    }

    private void Start(bool takes = true, string keys = "limits", params ReloadPart[] parts)
    {
        var part = new ReloadPart([keys], next =>
        {
            if (takes)
            {
                _taken.Add(next);
            }

            return takes;
        });
        _watch = new SettingsWatch(_folder.Read(), [part, .. parts], _clock, _log);
        _watch.StartAsync(default).GetAwaiter().GetResult();
    }

    /// <summary>Long enough for a change to be seen and to settle.</summary>
    private void Pass()
    {
        _clock.Advance(SettingsWatch.Interval);
        _clock.Advance(SettingsWatch.Settling);
    }

    private string[] Changes() =>
        [.. _log.Events.Where(static entry => entry.ContainsKey("Before")).Select(static entry => $"{entry["Key"]}: {entry["Before"]} -> {entry["After"]}, {entry["Effect"]}")];
}
