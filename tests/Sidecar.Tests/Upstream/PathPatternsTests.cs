using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

public sealed class PathPatternsTests
{
    private readonly PathPatterns _patterns = new(["/v1/user/login", "/api/v1/chats/*", "/*"]);

    [Theory]
    [InlineData("/v1/user/login")]
    [InlineData("/v1/user/login?next=%2F")]
    [InlineData("/V1/User/LOGIN")]
    [InlineData("/v1/user/login/")]
    [InlineData("//v1/user//login")]
    [InlineData("/v1/user/./login")]
    [InlineData("/v1/x/../user/login")]
    [InlineData("/v1/user%2Flogin")]
    [InlineData("/v1/user/%6cogin")]
    [InlineData("/v1/user/%256cogin")]
    [InlineData("/v1/user\\login")]
    [InlineData("/v1/user/login;a=b")]
    [InlineData("/v1/user/login#x")]
    [InlineData("/v1/user%C0%AFlogin")]
    public void Met_AnySpellingOfThePath_IsMet(string target) => Assert.Equal([0, 2], _patterns.Met(target));

    [Theory]
    [InlineData("/api/v1/chats/1/completions")]
    [InlineData("/api/v1//chats/1")]
    [InlineData("/api/v1/%63hats/1")]
    public void Met_Beginning_IsMet(string target) => Assert.Equal([1, 2], _patterns.Met(target));

    [Theory]
    [InlineData("/v1/user/logins")]
    [InlineData("/v1/user/login/x")]
    [InlineData("/v1/user/login%2Fx")]
    [InlineData("/api/v1/chats")]
    [InlineData("/x?/v1/user/login")]
    public void Met_OtherPath_IsMetByTheWideOneOnly(string target) => Assert.Equal([2], _patterns.Met(target));

    [Fact]
    public void Met_MoreReadingsThanAnyHonestPathHas_IsMetByAll()
    {
        // Each segment is encoded once more than the one before, and reads as something else at every turn.
        var path = "/login" + string.Concat(Enumerable.Range(0, 16).Select(static depth =>
        {
            var percent = "%" + string.Concat(Enumerable.Repeat("25", depth));
            return $"/{percent}2e{percent}2e//a{percent}3bb{percent}5c";
        }));
        Assert.Null(PathReadings.Of(path));

        Assert.Equal([0], new PathPatterns(["/v1/user/login"]).Met(path));
    }
}
