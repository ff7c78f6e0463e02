using System.Text;
using Sidecar.FunctionalTests.Forwarding;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Management;

/// <summary>Health, metrics and the Development clock are on the management port, and there alone.</summary>
public sealed class ManagementPortTests(ForwardingWorld world)
{
    [Theory]
    [InlineData("/livez")]
    [InlineData("/startupz")]
    [InlineData("/readyz")]
    [InlineData("/metrics")]
    public async Task Endpoint_OnTheManagementPort_Answers200(string path) =>
        Assert.Equal(200, (await SendAsync(world.Sidecar.ManagementUrl, "GET", path)).Status);

    [Theory]
    [InlineData("GET", "/livez")]
    [InlineData("GET", "/startupz")]
    [InlineData("GET", "/readyz")]
    [InlineData("GET", "/metrics")]
    [InlineData("POST", "/dev/advance?seconds=60")]
    public async Task Endpoint_OnThePublicPort_IsTheAppsPath(string method, string path)
    {
        string[] hosts =
        [
            world.Sidecar.BaseUrl.Authority, world.Sidecar.ManagementUrl.Authority, $"localhost:{world.Sidecar.ManagementPort}", $"*:{world.Sidecar.ManagementPort}",
        ];
        foreach (var host in hosts)
        {
            AssertTheApps(await SendAsync(world.Sidecar.BaseUrl, method, path, host));
            AssertTheApps(await SendAsync(world.Sidecar.BaseUrl, method, $"http://{host}{path}", host));
            AssertTheApps(await SendAsync(world.Sidecar.BaseUrl, method, "/" + path, host));
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/demo/echo/x")]
    [InlineData("/v1/user/forget/captcha?email=alice@example.com")]
    public async Task AnythingElse_OnTheManagementPort_ReachesNeitherAppNorRecovery(string path) =>
        Assert.Equal(404, (await SendAsync(world.Sidecar.ManagementUrl, "GET", path, world.Sidecar.BaseUrl.Authority)).Status);

    [Fact]
    public async Task DevAdvance_OutsideDevelopment_IsNotThere() =>
        Assert.Equal(404, (await SendAsync(world.Sidecar.ManagementUrl, "POST", "/dev/advance?seconds=60")).Status);

    [Fact]
    public async Task DevAdvance_InDevelopment_TakesWholeSeconds()
    {
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = world.App.Address });

        Assert.Equal(200, (await SendAsync(sidecar.ManagementUrl, "POST", "/dev/advance?seconds=60")).Status);
        Assert.Equal(400, (await SendAsync(sidecar.ManagementUrl, "POST", "/dev/advance?seconds=-60")).Status);
        Assert.Equal(404, (await SendAsync(sidecar.ManagementUrl, "GET", "/dev/advance?seconds=60")).Status);
    }

    private static async Task<RawResponse> SendAsync(Uri server, string method, string target, string? host = null) =>
        await RawHttp.SendAsync(new(server, method, target) { Headers = host is null ? [] : [new("Host", host)] }, TestContext.Current.CancellationToken);

    /// <summary>The stand-in has no such route and says so in its own words; a target whose host is not Host's is no request at all.</summary>
    private static void AssertTheApps(RawResponse answer) =>
        Assert.True(answer.Status == 400 || (answer.Status == 404 && Encoding.UTF8.GetString(answer.Body).Contains("Not Found: ", StringComparison.Ordinal)), $"{answer.Status}");
}
