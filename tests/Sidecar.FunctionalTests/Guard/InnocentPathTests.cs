using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Demo;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Guard;

/// <summary>Paths that only look like the guarded ones belong to the app, byte for byte.</summary>
public sealed class InnocentPathTests : IAsyncLifetime
{
    private LoopbackSite? app;
    private SidecarProcess? sidecar;

    public async ValueTask InitializeAsync()
    {
        app = await LoopbackSite.StartAsync(0, static context => context.Response.WriteAsync(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget));
        sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });
    }

    [Fact]
    public async Task Innocent_SimilarToAGuardedPath_ReachesTheAppAsSent()
    {
        string[] targets =
        [
            "/v1/user/forgetful",
            "/v1/users/forget",
            "/v1/user/forget/otpx",
            "/v1/user/forget/otp/more",
            "/v1/user/forget/otp%20x",
            "/v1/user/forget-me-not//",
            "/v1/user/for%67etful",
            "/v1/user/login;forget",
            "/v1/user",
            "/x/v1/user/forget",
            "/api/v1/auth/password",
            "/api/v1/auth/password/forgot",
            "/api/v1/auth/password/resets",
            "/api/v1/auth/password/reset/x",
            "/api/v1/auth/password/forgot/otp/verify%2Fx",
            "/files/v1%2Fuser%2Fforgetting?path=/v1/user/forget",
            "/search?q=/v1/user/forget/otp",
            "/search?/../v1/user/forget/otp",
            "/v1/user/forget/../info",
        ];
        foreach (var target in targets)
        {
            var answer = await RawHttp.SendAsync(new(sidecar!.BaseUrl, "POST", target), TestContext.Current.CancellationToken);

            Assert.Equal(target, Encoding.ASCII.GetString(answer.Body));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (sidecar?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
