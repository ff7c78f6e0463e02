using CsCheck;
using Sidecar.Captcha;

namespace Sidecar.Tests.Captcha;

public sealed class CaptchaTextTests
{
    [Fact]
    public void Next_AnyLength_IsThatLongAndOfTheAlphabet() =>
        Gen.Int[1, CaptchaOptions.MaxLength].Sample(static length =>
        {
            var text = CaptchaText.Next(length);
            return text.Length == length && text.All(CaptchaAlphabet.Characters.Contains);
        });

    [Fact]
    public void Next_ManyTexts_UseEveryCharacterAboutEquallyOften()
    {
        const int Texts = 13_000;
        var counts = Enumerable.Range(0, Texts).SelectMany(static _ => CaptchaText.Next(5)).GroupBy(static c => c).ToDictionary(static g => g.Key, static g => g.Count());

        Assert.Equal(CaptchaAlphabet.Characters.Length, counts.Count);
        // Seven standard deviations around the mean: a biased draw is further off, chance is not.
        var mean = Texts * 5.0 / CaptchaAlphabet.Characters.Length;
        Assert.All(counts.Values, count => Assert.InRange(count, mean - (7 * Math.Sqrt(mean)), mean + (7 * Math.Sqrt(mean))));
    }

    [Theory]
    [InlineData("0OQD")]
    [InlineData("1IL7TJ", 2)]
    [InlineData("5S")]
    [InlineData("2Z")]
    [InlineData("8B")]
    [InlineData("6G")]
    [InlineData("UV", 1)]
    [InlineData("A4", 1)]
    [InlineData("MN", 1)]
    [InlineData("XYKV", 1)]
    [InlineData("RP", 1)]
    [InlineData("EF", 1)]
    public void Alphabet_LookAlikes_AreNotThereTogether(string group, int allowed = 0) =>
        Assert.True(group.Count(CaptchaAlphabet.Characters.Contains) <= allowed);

    [Fact]
    public void Alphabet_Characters_AreDistinctCapitalsAndDigits()
    {
        Assert.All(CaptchaAlphabet.Characters, static c => Assert.True(char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c)));
        Assert.Equal(CaptchaAlphabet.Characters.Length, CaptchaAlphabet.Characters.Distinct().Count());
    }
}
