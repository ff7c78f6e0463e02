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
    [InlineData(RagflowRoutes.V1Single)]
    [InlineData(RagflowRoutes.V1)]
    [InlineData(RagflowRoutes.Rest)]
    [InlineData(RagflowRoutes.RestGo)]
    [InlineData("generic")]
    public void Guarded_PathsThatThePaidEditionReserves_PassUnlessVerificationIsOn(string contract)
    {
        var guard = new PathGuard<FlowRoute>(RagflowRoutes.Guarded([contract]));

        foreach (var path in new[] { "/api/v1/auth/register/captcha", "/api/v1/auth/register/otp", "/api/v1/auth/register/otp/verify" })
        {
            Assert.False(guard.TryMatch(path, out _));
            Assert.True(new PathGuard<FlowRoute>(RagflowRoutes.Guarded([contract], verification: true)).TryMatch(path, out _));
        }
    }

    [Theory]
    [InlineData(RagflowRoutes.V1Single, "/v1/user/forget/captcha /v1/user/forget/otp /v1/user/forget")]
    [InlineData(RagflowRoutes.V1, "/v1/user/forget/captcha /v1/user/forget/otp /v1/user/forget/verify-otp /v1/user/forget/reset-password")]
    [InlineData(RagflowRoutes.Rest, "/api/v1/auth/password/forgot/captcha /api/v1/auth/password/forgot/otp /api/v1/auth/password/forgot/otp/verify /api/v1/auth/password/reset")]
    [InlineData(RagflowRoutes.RestGo, "/api/v1/auth/password/forgot/captcha /api/v1/auth/password/forgot/otp /api/v1/auth/password/forgot/otp/verify /api/v1/auth/password/reset")]
    public void Guarded_OneContract_ServesItsPathsAndGuardsTheRest(string contract, string paths)
    {
        var routes = RagflowRoutes.Guarded([contract]).Select(static entry => entry.Value).ToArray();

        Assert.Equal(paths.Split(' '), routes.Where(static route => route.IsMounted).Select(static route => route.Path));
        Assert.All(routes.Where(static route => route.IsMounted), route => Assert.Equal(contract, route.Contract));
        Assert.Equal(9, routes.Length);
    }

    [Fact]
    public void Resets_SeveralContracts_AreThoseOfTheNewestReleasesFirst() =>
        Assert.Equal(
            ["/api/v1/auth/password/reset", "/v1/user/forget/reset-password", "/v1/user/forget"],
            RagflowRoutes.Resets([RagflowRoutes.V1Single, RagflowRoutes.V1, RagflowRoutes.RestGo]).Select(static route => route.Path));

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
