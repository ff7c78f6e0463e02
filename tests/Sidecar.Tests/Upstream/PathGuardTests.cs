using CsCheck;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

public sealed class PathGuardTests
{
    public static TheoryData<string> Spellings =>
    [
        "/v1/user/forget/otp",
        "/V1/User/Forget/OTP",
        "/v1/user/forget/otp/",
        "//v1//user///forget/otp",
        "/v1/user%2fforget/otp",
        "/v1/user%2Fforget%2Fotp",
        "/v1/user%252fforget/otp",
        "/v1/user%25252fforget/otp",
        "/%76%31/user/forget/otp",
        "/v1/user/x/../forget/otp",
        "/v1/user/./forget/otp",
        "/v1/user/x%2Fy/%2E%2E/forget/otp",
        "/v1/user/x/%2e%2e/forget/otp",
        "/v1/user/x/..;a=b/forget/otp",
        "/v1/user/x/.%252e/forget/otp",
        "/v1/user//../forget/otp",
        "/../../v1/user/forget/otp",
        "/v1;a=b/user;c/forget/otp",
        "/v1/user/forget;a=b/otp;c=d",
        "/v1/user/forget/otp;a/b",
        "\\v1\\user\\forget\\otp",
        "/v1/user%5Cforget/otp",
        "/v1/user%c0%afforget/otp",
        "/v1/user%e0%80%afforget/otp",
        "/v1/user%f0%80%80%afforget/otp",
        "/v1/user%f8%80%80%80%afforget/otp",
        "/v1/user%fc%80%80%80%80%afforget/otp",
        "/v1/user%25c0%25afforget/otp",
        "/v1/user/forget/otp#x",
        "/v1/user/forget/otp%23x",
        "/v1/user/forget/otp%3Fa=b",
        "/v1/user/forget/otp%253Fa=b",
        "/v1/user/forget/otp?x=/y",
        "/v1/user/forget/%6Ftp/.",
        "/v1/user/forget/captcha/..//otp",
        "/v1/user/forget/otp%0a",
        "/v1/user/forget/otp%0D%0A",
        "/v1/user/forget/otp%20",
        "/v1/user/forget/otp%2509",
        "/v1/user/forget/otp/%0a",
    ];

    [Theory]
    [MemberData(nameof(Spellings))]
    public void TryMatch_ReadsAsAGuardedPath_IsGuarded(string target) => Assert.True(GuardedPaths.Guard.TryMatch(target, out _));

    [Theory]
    [InlineData("/")]
    [InlineData("/v1/user/login")]
    [InlineData("/v1/user/forgets/otp")]
    [InlineData("/v1/user/forget/otp2")]
    [InlineData("/v1/user/forget/otp/x")]
    [InlineData("/v1/user/forget%20/otp")]
    [InlineData("/v1/user/forget.otp")]
    [InlineData("/v1/user/forget%/otp")]
    [InlineData("/v1/user/forget/otp%")]
    [InlineData("/v1/user/forget/otp%2")]
    [InlineData("/v1/userforget/otp")]
    [InlineData("/v1/../user/forget/otp")]
    [InlineData("/v1/user/forget/../otp")]
    [InlineData("/v2/v1/user/forget/otp")]
    [InlineData("/x?/v1/user/forget/otp")]
    [InlineData("/v1/user/f%C3%B6rget/otp")]
    [InlineData("/files/forget%20me%20not/password%2Fnotes.txt")]
    [InlineData("/api/v1/auth/password/")]
    [InlineData("/api/v1/files/a%2Fb%7Ec?path=/v1/user/forget/otp")]
    public void TryMatch_ReadsAsNone_IsNotGuarded(string target) => Assert.False(GuardedPaths.Guard.TryMatch(target, out _));

    [Fact]
    public void TryMatch_PlainPath_IsItsRoute()
    {
        foreach (var path in GuardedPaths.All)
        {
            Assert.True(GuardedPaths.Guard.TryMatch(path + "?email=a", out var guarded));
            Assert.Equal((path, path), (guarded.Path, guarded.Route!.Path));
        }
    }

    [Fact]
    public void TryMatch_OneDisguise_StillNamesItsRoute()
    {
        Assert.True(GuardedPaths.Guard.TryMatch("/v1//user/forget%2fotp/", out var guarded));
        Assert.Equal("/v1/user/forget/otp", guarded.Path);
    }

    [Fact]
    public void TryMatch_ReadsAsTwoRoutes_IsGuardedAsNoneInParticular()
    {
        Assert.True(GuardedPaths.Guard.TryMatch("/v1/user/forget/otp;/../captcha", out var guarded));
        Assert.Equal((null, null), (guarded.Route, guarded.Path));
    }

    [Fact]
    public void TryMatch_AnyDisguise_IsGuarded() =>
        GuardedPaths.Disguised.Sample(static target => GuardedPaths.Guard.TryMatch(target, out _), iter: 5000);

    [Fact]
    public void TryMatch_AnyDisguiseWithAQuery_IsGuarded() =>
        GuardedPaths.Disguised.Sample(static target => GuardedPaths.Guard.TryMatch(target + "?a=%2F../x", out _), iter: 500);
}
