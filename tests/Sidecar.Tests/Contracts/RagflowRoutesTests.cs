using Sidecar.Contracts;
using Sidecar.Upstream;

namespace Sidecar.Tests.Contracts;

/// <summary>What is the sidecar's depends on what is on; what is not, is the app's as it was sent.</summary>
public sealed class RagflowRoutesTests
{
    [Theory]
    [InlineData("/v1/user/verify/otp", false, true)]
    [InlineData("/api/v1/auth/register/otp/verify", false, true)]
    [InlineData("//api/v1%2Fauth/Register/captcha/", false, true)]
    [InlineData("/v1/user/register", false, false)]
    [InlineData("/api/v1/users", false, false)]
    [InlineData("/v1/user/register", true, true)]
    [InlineData("/v1//user/%72egister/?x", true, true)]
    [InlineData("/api/v1/Users", true, true)]
    [InlineData("/api/v1/users/me", true, false)]
    [InlineData("/v1/user/register/x", true, false)]
    public void Guarded_VerificationAndGate_CoverTheirPathsInAnyReading(string target, bool gate, bool isGuarded)
    {
        Assert.Equal(isGuarded, new PathGuard<FlowRoute>(RagflowRoutes.Guarded([], verification: true, gate)).TryMatch(target, out _));
        Assert.False(new PathGuard<FlowRoute>(RagflowRoutes.Guarded(RagflowRoutes.Contracts)).TryMatch(target, out _));
    }

    [Theory]
    [InlineData("/api/v1/users", "GET", true)]
    [InlineData("/api/v1/users", "OPTIONS", true)]
    [InlineData("/v1/user/register", "PUT", true)]
    [InlineData("/api/v1/users", "POST", false)]
    [InlineData("/api/v1/users", "post", false)]
    [InlineData("/v1/user/verify/otp", "GET", false)]
    [InlineData("/v1/user/forget/otp", "GET", false)]
    public void LeavesToApp_OtherMethodsOfTheSignUp_AreTheApps(string path, string method, bool leaves) =>
        Assert.Equal(leaves, RagflowRoutes.Guarded([], verification: true, gate: true).Single(route => route.Key == path).Value.LeavesToApp(method));
}
