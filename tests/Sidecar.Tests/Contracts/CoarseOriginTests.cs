using System.Net;
using System.Text.RegularExpressions;
using CsCheck;
using Sidecar.Contracts;

namespace Sidecar.Tests.Contracts;

public sealed partial class CoarseOriginTests
{
    private const string Private = "10.1.2.3";

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "Chrome, Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge, Windows")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15", "Safari, macOS")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome, iOS")]
    [InlineData("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome, Android")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux")]
    [InlineData("curl/8.0 on Windows", "Windows")]
    [InlineData("QWMZKTRB <script>", "")]
    [InlineData("", "")]
    public void Of_UserAgent_IsItsFamilyAndSystem(string userAgent, string expected) => Assert.Equal(expected, CoarseOrigin.Of(userAgent, IPAddress.Parse(Private)));

    [Theory]
    [InlineData("203.0.113.77", "203.0.113.0/24")]
    [InlineData("8.8.8.8", "8.8.8.0/24")]
    [InlineData("2001:db8:1:2:3::4", "2001:db8:1::/48")]
    [InlineData(Private, "")]
    [InlineData("127.0.0.1", "")]
    [InlineData("172.16.0.1", "")]
    [InlineData("172.32.0.1", "172.32.0.0/24")]
    [InlineData("192.168.1.1", "")]
    [InlineData("100.64.0.1", "")]
    [InlineData("169.254.1.1", "")]
    [InlineData("224.0.0.1", "")]
    [InlineData("0.0.0.0", "")]
    [InlineData("::1", "")]
    [InlineData("fe80::1", "")]
    [InlineData("fd00::1", "")]
    public void Of_Address_IsItsNetworkWhenItIsPublic(string address, string expected) => Assert.Equal(expected, CoarseOrigin.Of("", IPAddress.Parse(address)));

    [Fact]
    public void Of_AnyUserAgent_IsMadeOfOurWordsAlone() =>
        Gen.OneOf(Gen.String, Gen.Select(Gen.String, Gen.OneOf(Gen.Const("Firefox/"), Gen.Const("Edg"), Gen.Const("Windows"), Gen.Const("iPhone")), Gen.String, static (a, b, c) => a + b + c))
            .Sample(static userAgent => Ours().IsMatch(CoarseOrigin.Of(userAgent, IPAddress.Parse("203.0.113.77"))));

    [GeneratedRegex(@"\A((Edge|Opera|WeChat|QQ Browser|Samsung Internet|Firefox|Chrome|Safari), )?((iOS|iPadOS|Android|HarmonyOS|Windows|ChromeOS|macOS|Linux), )?203\.0\.113\.0/24\z")]
    private static partial Regex Ours();
}
