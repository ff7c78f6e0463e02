using CsCheck;
using Sidecar.Accounts;

namespace Sidecar.Tests.Accounts;

public sealed class EmailAddressTests
{
    private const string Label63 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    public static TheoryData<string> Good =>
    [
        "a@b", "alice@example.com", "Alice.B+tag@Example.COM", "!#$%&'*+-/=?^_`{|}~@example.com", "a@xn--bcher-kva.example", "1@2.3", " alice@example.com  ",
        new string('a', 64) + "@example.com", $"a@{Label63}.example", $"{new string('a', 64)}@{Label63}.{Label63}.{new string('a', 61)}", "jörg@bücher.example", "用户@例子.测试", "😀@example.com",
    ];

    public static TheoryData<string> Bad =>
    [
        "", " ", "a", "@", "a@", "@b", "a b@example.com", "\"a b\"@example.com", "\"a\"@example.com", "a@b@c", ".a@b", "a.@b", "a..b@c", "a@.b", "a@b.", "a@b..c",
        "a@-b", "a@b-", "a@b_c", "a@[192.0.2.1]", "a@[IPv6:::1]", "a@b c", "(x)a@b", "a,b@c", "a;b@c", "a:b@c", "a\\b@c", "<a@b>", "Alice <a@b>", "a@b\n", "a\r\nBcc: x@y\r\n@b", "a\0@b", "a\t@b", "\ta@b",
        "a\u007F@b", "a\u0085@b", "a\u00A0@b", "a\u200B@b", "a\u202E@b", "a\u2028@b", "a\uE000@b", "a\uFFFD@b", "a@b\u200D", "a\uD800@b", "\uDC00a@b", "a@b\uD83D",
        new string('a', 65) + "@example.com", $"a@{Label63}a.example", $"{new string('a', 64)}@{Label63}.{Label63}.{new string('a', 62)}", new string('a', 10_000) + "@example.com", "a@" + new string('a', 10_000),
    ];

    [Theory]
    [MemberData(nameof(Good))]
    public void TryParse_WellFormed_IsKeptAsTyped(string text)
    {
        Assert.True(EmailAddress.TryParse(text, out var address));
        Assert.Equal(text.Trim(' '), address.Typed);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void TryParse_Others_AreRefused(string text) => Assert.False(EmailAddress.TryParse(text, out _));

    [Fact]
    public void TryParse_Nothing_IsRefused() => Assert.False(EmailAddress.TryParse(null, out _));

    [Theory]
    [InlineData("ALICE@Example.Com", "alice@example.com")]
    [InlineData(" A@b ", "a@b")]
    [InlineData("İ@example.com", "İ@example.com")]
    [InlineData("\u212Aelvin@example.com", "\u212Aelvin@example.com")]
    [InlineData("ÄRGER@example.com", "ÄrGER@example.com")]
    [InlineData("\uFF41lice@example.com", "\uFF41lice@example.com")]
    public void Normalised_Letters_OnlyAsciiOnesFold(string text, string normalised)
    {
        Assert.True(EmailAddress.TryParse(text, out var address));
        Assert.Equal(normalised.Replace("rGER", "rger", StringComparison.Ordinal), address.Normalised);
    }

    [Theory]
    [InlineData("alice@example.com", true)]
    [InlineData("alice@xn--xample-9ua.com", true)]
    [InlineData("alice@éxample.com", false)]
    [InlineData("alice@example.com\u0301", false)]
    [InlineData("\uFF41lice@example.com", false)]
    public void IsAscii_Address_TellsWhetherADatabaseCanMeanSomebodyElse(string text, bool isAscii)
    {
        Assert.True(EmailAddress.TryParse(text, out var address));
        Assert.Equal(isAscii, address.IsAscii);
    }

    [Fact]
    public void Normalise_AnyText_IsIdempotentAndTouchesOnlyAsciiCapitals() => Gen.String.Sample(static text =>
    {
        var once = EmailAddress.Normalise(text);
        return EmailAddress.Normalise(once) == once
            && once.Length == text.Trim(' ').Length
            && once.Zip(text.Trim(' ')).All(static pair => pair.First == pair.Second || (char.IsAsciiLetterUpper(pair.Second) && pair.First == char.ToLowerInvariant(pair.Second)));
    });

    [Fact]
    public void TryParse_AnyText_TakesOnlyWhatIsSafeToMailAndToKeep() =>
        Gen.String[Gen.OneOf(Gen.Char, Gen.Char[' ', '~'], Gen.Const('@'), Gen.Const('.')), 0, 30].Sample(static text =>
            !EmailAddress.TryParse(text, out var address)
            || (address.Typed.Length <= 254
                && !address.Typed.Any(static letter => char.IsControl(letter) || char.IsWhiteSpace(letter) || letter is '"' or '<' or '>' or '(' or ')' or ',' or ';' or ':' or '\\' or '[' or ']')
                && address.Typed.Count(static letter => letter == '@') == 1
                && System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(address.Typed)) == address.Typed
                && EmailAddress.TryParse(address.Normalised, out var again) && again.Normalised == address.Normalised));

    [Fact]
    public void TryParse_WellFormedOnes_AreTaken()
    {
        var atom = Gen.String[Gen.Char["abcXYZ019!#$%&'*+-/=?^_`{|}~"], 1, 8];
        var label = Gen.String[Gen.Char["abcXYZ019"], 1, 8];
        Gen.Select(atom.Array[1, 3], label.Array[1, 4]).Sample(static (local, domain) =>
        {
            var text = $"{string.Join('.', local)}@{string.Join('.', domain)}";
            return EmailAddress.TryParse(text, out var address) && address.Typed == text && string.Equals(address.Normalised, text, StringComparison.OrdinalIgnoreCase) && !address.Normalised.Any(char.IsAsciiLetterUpper) && address.IsAscii;
        });
    }

    [Fact]
    public void ToString_Address_TellsNothing()
    {
        Assert.True(EmailAddress.TryParse("alice@example.com", out var address));
        Assert.Equal("(address)", $"{address}");
    }
}
