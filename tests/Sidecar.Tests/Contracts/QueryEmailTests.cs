using CsCheck;
using Sidecar.Contracts;

namespace Sidecar.Tests.Contracts;

public sealed class QueryEmailTests
{
    [Theory]
    [InlineData("/x?email=a@b", "a@b")]
    [InlineData("/x?email=a%40b", "a@b")]
    [InlineData("/x?a=1&email=a%2Bc%40b&z", "a+c@b")]
    [InlineData("/x?email=a+c@b", "a c@b")]
    [InlineData("/x?%65mail=a", "a")]
    [InlineData("/x?email=first&email=second", "first")]
    [InlineData("/x?email=&email=second", "")]
    [InlineData("/x?email=a=b", "a=b")]
    [InlineData("/x?email=a?b", "a?b")]
    [InlineData("/x?EMAIL=a", "")]
    [InlineData("/x?xemail=a", "")]
    [InlineData("/x?email", "")]
    [InlineData("/x?", "")]
    [InlineData("/x", "")]
    [InlineData("/x?email=%", "%")]
    [InlineData("/x?email=%4", "%4")]
    [InlineData("/x?email=%zz%40", "%zz@")]
    [InlineData("/x?email=%2540", "%40")]
    [InlineData("/x?email=j%C3%B6rg", "jörg")]
    [InlineData("/x?email=%F0%9F%98%80", "😀")]
    [InlineData("/x?email=a%00b", "a\0b")]
    [InlineData("/x?email=a%0D%0Ab", "a\r\nb")]
    [InlineData("/x?email=%FF", "\uFFFD")]
    [InlineData("/x?email=%C0%80a", "\uFFFD\uFFFDa")]
    [InlineData("/x?email=%ED%A0%80", "\uFFFD\uFFFD\uFFFD")]
    public void Read_Query_IsTheFirstDecodedOnce(string target, string email) => Assert.Equal(email, QueryEmail.Read(target));

    [Fact]
    public void Read_EncodedText_IsTheText() => Gen.String.Where(static text => !text.Any(char.IsSurrogate)).Sample(static text => QueryEmail.Read("/x?email=" + Uri.EscapeDataString(text)) == text);

    [Fact]
    public void Read_AnyTarget_NeverThrows() => Gen.String[Gen.Char["?&=%+email40\u00FF\uD800z"], 0, 30].Sample(static text => QueryEmail.Read("/x?" + text) is not null);
}
