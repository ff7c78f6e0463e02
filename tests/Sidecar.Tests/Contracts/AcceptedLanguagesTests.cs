using CsCheck;
using Sidecar.Contracts;
using Sidecar.Mail;

namespace Sidecar.Tests.Contracts;

public sealed class AcceptedLanguagesTests
{
    [Theory]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN zh en")]
    [InlineData("en;q=0.3, de ; q=0.7 ,fr", "fr de en")]
    [InlineData("da, en-gb;q=0.8, en;q=0.7", "da en-gb en")]
    [InlineData("de;q=0, en", "en")]
    [InlineData("de;Q=1.0", "de")]
    [InlineData("*, en;q=0.1", "en")]
    [InlineData("de;q=2, fr;q=-1, it;q=x, es;level=1, en;q=0.5", "en")]
    [InlineData("../../etc/passwd, <b>, zh_CN, \t", "")]
    [InlineData("", "")]
    public void Read_Header_IsTheLanguagesByWeight(string header, string languages) => Assert.Equal(languages, string.Join(' ', AcceptedLanguages.Read(header)));

    [Fact]
    public void Read_SeveralFields_AreOneList() => Assert.Equal(["de", "en"], AcceptedLanguages.Read(new(["en;q=0.5", "de"])));

    [Fact]
    public void Read_EndlessHeader_IsReadToABound()
    {
        Assert.True(AcceptedLanguages.Read(string.Join(',', Enumerable.Repeat("de", 10_000))).Count <= 20);
        Assert.Empty(AcceptedLanguages.Read(new string('a', 100_000)));
        Assert.Empty(AcceptedLanguages.Read(new string(',', 499) + "de"));
    }

    [Fact]
    public void Lookup_AnyHeader_IsALanguageThereIsOrNone() =>
        Gen.OneOf(Gen.String, Gen.String["abcdehnz-*;,=q.019 /"]).Sample(header =>
            LanguageTag.Lookup(AcceptedLanguages.Read(header), ["de", "en", "zh"]) is null or "de" or "en" or "zh");
}
