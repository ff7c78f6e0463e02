using CsCheck;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

public sealed class OwnCookiesTests
{
    [Theory]
    [InlineData("a=1; b=2", "a=1; b=2")]
    [InlineData("sidecar-flow=x", null)]
    [InlineData("__Host-sidecar-flow=x; sidecar-verify=y", null)]
    [InlineData("sidecar-page=x; a=1; __Host-sidecar-page-verify=y", "a=1")]
    [InlineData("sidecar-flow=x; a=1", "a=1")]
    [InlineData("a=1; sidecar-flow=x", "a=1")]
    [InlineData("a=1; sidecar-flow=x; b=2", "a=1; b=2")]
    [InlineData("a=1;sidecar-flow=x;b=2", "a=1;b=2")]
    [InlineData("a=1; sidecar-flow=x; sidecar-flow=y; b=\"2 \";;c", "a=1; b=\"2 \";;c")]
    [InlineData("a=1; SIDECAR-FLOW=x", "a=1")]
    [InlineData("a=1; __HOST-Sidecar-Verify=x", "a=1")]
    [InlineData("a=1; sidecar-flow =x", "a=1")]
    [InlineData("a=1;\tsidecar-flow=x", "a=1")]
    [InlineData("a=1; sidecar-flow", "a=1")]
    [InlineData("a=sidecar-flow=x", "a=sidecar-flow=x")]
    [InlineData("sidecar-flow2=x; xsidecar-flow=y; sidecar-=z", "sidecar-flow2=x; xsidecar-flow=y; sidecar-=z")]
    [InlineData("__Secure-sidecar-flow=x", "__Secure-sidecar-flow=x")]
    public void Remove_Header_LosesOursAndNothingElse(string header, string? kept) => Assert.Equal(kept, OwnCookies.Remove(header));

    [Fact]
    public void Remove_NoneOfOurs_IsTheSameInstance()
    {
        const string Header = "session=abc; x=sidecar-flow";

        Assert.Same(Header, OwnCookies.Remove(Header));
    }

    [Fact]
    public void Remove_OursAnywhere_OthersKeepTheirBytes()
    {
        var name = Gen.OneOf(Gen.Const("sidecar-flow"), Gen.Const("__Host-sidecar-verify"), Gen.String[Gen.Char.AlphaNumeric, 1, 5]);
        var cookie = Gen.Select(name, Gen.String[Gen.Char["abc=\" ,%/"], 0, 6], static (name, value) => (Name: name, Text: $"{name}={value}"));
        cookie.Array[1, 6].Sample(static cookies =>
        {
            var others = string.Join("; ", cookies.Where(static cookie => !cookie.Name.Contains("sidecar-", StringComparison.Ordinal)).Select(static cookie => cookie.Text));
            return (OwnCookies.Remove(string.Join("; ", cookies.Select(static cookie => cookie.Text))) ?? "") == others;
        });
    }
}
