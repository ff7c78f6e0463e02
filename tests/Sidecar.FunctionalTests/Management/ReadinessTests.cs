using System.Text.Json;
using Sidecar.Demo;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Management;

/// <summary>Ready means: this process takes traffic. What stands behind it is told and decides nothing.</summary>
public sealed class ReadinessTests
{
    [Fact]
    public async Task Ready_WithEverythingBehindItDown_Answers200AndSaysSo()
    {
        var dead = $"127.0.0.1:{FreePort.Next()}";
        await using var sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = new Uri($"http://{dead}"),
            Settings =
            [
                $"redis.host={dead}", "smtp.mail_server=127.0.0.1", $"smtp.mail_port={FreePort.Next()}", "smtp.mail_use_ssl=false", "smtp.mail_from_address=a@example.com",
            ],
        });

        await Eventually.TrueAsync(async () =>
        {
            var (status, json) = await ReadAsync(sidecar);
            using (json)
            {
                Assert.Equal(200, status);
                Assert.Equal("ready", json.RootElement.GetProperty("status").GetString());
                return IsFailing(json, "upstream") && IsFailing(json, "store") && IsFailing(json, "mail");
            }
        }, "/readyz to name app, store and mail as failing");
    }

    [Fact]
    public async Task Ready_WithTheAppThere_SaysSo()
    {
        await using var app = await LoopbackSite.StartAsync(0, static _ => Task.CompletedTask);
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });

        var (status, json) = await ReadAsync(sidecar);

        using (json)
        {
            Assert.Equal(200, status);
            Assert.Equal(["accounts", "config", "mail", "store", "upstream"], json.RootElement.GetProperty("checks").EnumerateObject().Select(static check => check.Name).Order());
            Assert.False(IsFailing(json, "upstream"));
            Assert.False(IsFailing(json, "store"));
        }
    }

    [Fact]
    public async Task Ready_WhileDraining_SaysNoAndServesOn()
    {
        await using var app = await LoopbackSite.StartAsync(0, static _ => Task.CompletedTask);
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["shutdown.delay=2s"] });

        sidecar.Terminate();

        await Eventually.TrueAsync(async () => (await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/readyz"), TestContext.Current.CancellationToken)).Status == 503, "/readyz to say no");
        Assert.Equal(200, (await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", "/"), TestContext.Current.CancellationToken)).Status);
        Assert.Equal(200, (await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/livez"), TestContext.Current.CancellationToken)).Status);
        Assert.Equal(0, await sidecar.WaitForExitAsync(Eventually.Patience));
    }

    private static async Task<(int Status, JsonDocument Json)> ReadAsync(SidecarProcess sidecar)
    {
        var answer = await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/readyz"), TestContext.Current.CancellationToken);
        return (answer.Status, JsonDocument.Parse(answer.Body));
    }

    private static bool IsFailing(JsonDocument json, string check)
    {
        var entry = json.RootElement.GetProperty("checks").GetProperty(check);
        return entry.GetProperty("status").GetString() == "failing" && entry.GetProperty("detail").GetString()!.Length > 0;
    }
}
