using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

public sealed class LanguageTagTests
{
    private static readonly string[] There = ["de", "en", "pt-BR", "zh"];

    [Theory]
    [InlineData("zh", "zh")]
    [InlineData("zh-CN", "zh")]
    [InlineData("zh-Hans-CN", "zh")]
    [InlineData("zh-TW", "zh")]
    [InlineData("ZH-hant", "zh")]
    [InlineData("pt-br", "pt-BR")]
    [InlineData("pt-BR-x-lvariant", "pt-BR")]
    [InlineData("de-x-a-b", "de")]
    [InlineData("pt", null)]
    [InlineData("pt-PT", null)]
    [InlineData("z", null)]
    [InlineData("", null)]
    public void Lookup_OneRange_FindsTheNearestThereIs(string range, string? found) => Assert.Equal(found, LanguageTag.Lookup([range], There));

    [Fact]
    public void Lookup_SeveralRanges_TakesTheFirstThatIsThere()
    {
        Assert.Equal("de", LanguageTag.Lookup(["fr-FR", "de-AT", "en"], There));
        Assert.Null(LanguageTag.Lookup(["fr", "it"], There));
        Assert.Null(LanguageTag.Lookup([], There));
    }

    [Theory]
    [InlineData("de", true)]
    [InlineData("pt-BR", true)]
    [InlineData("zh-Hans-CN", true)]
    [InlineData("pt_BR", false)]
    [InlineData("..data", false)]
    [InlineData("../en", false)]
    [InlineData("en/", false)]
    [InlineData("en-", false)]
    [InlineData("-en", false)]
    [InlineData("e", false)]
    [InlineData("abcdefghi", false)]
    [InlineData("日本", false)]
    public void IsTag_Name_OnlyInTheFormOfATag(string name, bool expected) => Assert.Equal(expected, LanguageTag.IsTag(name));
}
