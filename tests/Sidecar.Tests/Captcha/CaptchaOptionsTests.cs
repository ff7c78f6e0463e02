using Sidecar.Captcha;
using Sidecar.Hosting;

namespace Sidecar.Tests.Captcha;

public sealed class CaptchaOptionsTests
{
    [Fact]
    public void Read_Nothing_GivesTheDefaults()
    {
        var (options, faults) = Read();

        Assert.Equal(new CaptchaOptions { Length = 5, Lifetime = TimeSpan.FromSeconds(60), FixedAnswer = null }, options);
        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("4", "10s", "ace")]
    [InlineData("8", "10m", "abcdefgh")]
    public void Read_ValuesAtTheBounds_AreTaken(string length, string ttl, string answer)
    {
        var (options, faults) = Read(("length", length), ("ttl", ttl), ("fixed_answer", answer));

        Assert.Empty(faults);
        Assert.Equal(length, $"{options.Length}");
        Assert.Equal(ttl, Durations.Format(options.Lifetime));
        Assert.Equal(answer.ToUpperInvariant(), options.FixedAnswer);
    }

    [Theory]
    [InlineData("length", "3")]
    [InlineData("length", "9")]
    [InlineData("length", "five")]
    [InlineData("ttl", "9s")]
    [InlineData("ttl", "11m")]
    [InlineData("ttl", "60")]
    [InlineData("fixed_answer", "ABCDEFGHI")]
    [InlineData("fixed_answer", "A-B")]
    [InlineData("fixed_answer", "ÄBC")]
    public void Read_ValueOutOfBounds_IsAFaultAndTheDefaultStands(string key, string value)
    {
        var (options, faults) = Read((key, value));

        Assert.Equal(new CaptchaOptions(), options);
        Assert.Equal($"captcha.{key}", Assert.Single(faults).Key);
    }

    [Fact]
    public void Read_FaultyFixedAnswer_IsNotQuoted() =>
        Assert.DoesNotContain("A-B", Assert.Single(Read(("fixed_answer", "A-B")).Faults).ToString(), StringComparison.Ordinal);

    private static (CaptchaOptions Options, List<Fault> Faults) Read(params (string Key, string Value)[] settings)
    {
        var faults = new List<Fault>();
        var map = settings.ToDictionary(static s => s.Key, static s => SettingNode.Scalar("sidecar.yaml", s.Value), StringComparer.OrdinalIgnoreCase);
        var section = new SettingsSection("captcha", SettingNode.OfMap("sidecar.yaml", map), faults);
        return (CaptchaOptions.Read(section), faults);
    }
}
