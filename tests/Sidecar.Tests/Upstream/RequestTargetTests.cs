using CsCheck;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

public sealed class RequestTargetTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a%2Fb/../c?x=%7E", "/a%2Fb/../c?x=%7E")]
    [InlineData("//host/a", "//host/a")]
    [InlineData("/a://b", "/a://b")]
    [InlineData("/?", "/?")]
    [InlineData("http://host", "/")]
    [InlineData("http://host/", "/")]
    [InlineData("http://host:80/a/./b?c", "/a/./b?c")]
    [InlineData("http://host?x=/y", "/?x=/y")]
    [InlineData("http://host/?", "/?")]
    [InlineData("HTTP://host//v1/user/forget/otp", "//v1/user/forget/otp")]
    [InlineData("*", "/*")]
    [InlineData("host:443", "/")]
    [InlineData("", "/")]
    public void PathAndQuery_Target_KeepsItsBytes(string raw, string expected) => Assert.Equal(expected, RequestTarget.PathAndQuery(raw));

    [Theory]
    [InlineData("/a?b?c", "/a", "?b?c")]
    [InlineData("/a", "/a", "")]
    [InlineData("?a", "", "?a")]
    [InlineData("/a%3Fb", "/a%3Fb", "")]
    [InlineData("/a#b?c", "/a#b", "?c")]
    public void Split_Target_AtTheFirstQuestionMark(string target, string path, string query) =>
        Assert.Equal((path, query), (RequestTarget.Path(target).ToString(), RequestTarget.Query(target).ToString()));

    [Fact]
    public void Split_AnyTarget_LosesNothing() =>
        Gen.String.Sample(static text => $"{RequestTarget.Path(text)}{RequestTarget.Query(text)}" == text && RequestTarget.PathAndQuery(text).StartsWith('/'));
}
