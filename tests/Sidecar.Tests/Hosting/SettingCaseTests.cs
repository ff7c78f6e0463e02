namespace Sidecar.Tests.Hosting;

/// <summary>Names of settings count in any case, in every source; two spellings in one file are one name too many.</summary>
public sealed class SettingCaseTests : IDisposable
{
    private readonly SettingsFolder _folder = new SettingsFolder().Flag("store.kind=memory");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_CapitalLetters_AreTheSetting()
    {
        var options = _folder.Own("Limits: { Client: { PERMITS: 3 } }\nCaptcha: { length: 6 }").Flag("CAPTCHA.Length=4").Read();

        Assert.DoesNotContain(options.Faults, static fault => fault.Key.StartsWith("limits", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(3, options.Limits.Client.Permits);
        Assert.Equal(4, options.Captcha.Length);
    }

    [Theory]
    [InlineData("Limits: { client: { permits: 3 } }\nlimits: { captcha: { permits: 4 } }", 2)]
    [InlineData("limits:\n  client: { permits: 3 }\n  CLIENT: { permits: 4 }", 3)]
    public void Read_TheSameNameInTwoCases_IsAFault(string text, int line)
    {
        var fault = Assert.Single(_folder.Own(text).Read().Faults, static fault => fault.Problem.Contains("was named before", StringComparison.Ordinal));

        Assert.EndsWith($"sidecar.yaml:{line}", fault.Source, StringComparison.Ordinal);
    }

    /// <summary>Its names are not ours to judge.</summary>
    [Fact]
    public void Read_TwoCasesInTheAppsFile_AreTheAppsAffair() =>
        Assert.DoesNotContain(_folder.App("models: { a: 1, A: 2 }").Read().Faults, static fault => fault.Problem.Contains("named before", StringComparison.Ordinal));
}
