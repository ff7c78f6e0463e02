using CsCheck;
using Sidecar.Captcha;

namespace Sidecar.Tests.Captcha;

public sealed class CaptchaAnswerTests
{
    [Theory]
    [InlineData("ACE39", "ACE39", true)]
    [InlineData("ACE39", "ace39", true)]
    [InlineData("ACE39", " \taCe39\r\n", true)]
    [InlineData("ACE39", "ACE3", false)]
    [InlineData("ACE39", "ACE399", false)]
    [InlineData("ACE39", "ACE 39", false)]
    [InlineData("ACE39", "ACE38", false)]
    [InlineData("ACE39", "", false)]
    [InlineData("ACE39", null, false)]
    [InlineData("", "", false)]
    [InlineData("SKI", "\u017FKI", false)]
    [InlineData("SKI", "S\u212AI", false)]
    [InlineData("A", "!", false)]
    [InlineData("[", "{", false)]
    public void Matches_Typed_CountsLettersOnly(string expected, string? given, bool matches) =>
        Assert.Equal(matches, CaptchaAnswer.Matches(expected, given));

    [Fact]
    public void Matches_AnyTextAgainstAnother_IsEqualityWithoutCase() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 3], Gen.String[Gen.Char.AlphaNumeric, 1, 3]).Sample(static (expected, given) =>
            CaptchaAnswer.Matches(expected, given) == string.Equals(expected, given, StringComparison.OrdinalIgnoreCase));
}
