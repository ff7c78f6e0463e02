using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Forwarding;
using Sidecar.FunctionalTests.Hosting;

[assembly: AssemblyFixture(typeof(ForwardingWorld))]

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>One sidecar with the product's defaults in front of one app, started once for all tests that only send traffic through it.</summary>
public sealed class ForwardingWorld : IAsyncLifetime
{
    private DemoApp? app;
    private SidecarProcess? sidecar;

    internal DemoApp App => app!;

    internal SidecarProcess Sidecar => sidecar!;

    public async ValueTask InitializeAsync()
    {
        app = await DemoApp.StartAsync(new(new InProcessFlags(TimeProvider.System)));
        sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = app.Address,
            Development = false,
            Settings = ["limits.client.mode=off"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        await (sidecar?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    internal Task<RawResponse> SendAsync(string method, string target, params IReadOnlyList<KeyValuePair<string, string>> headers) =>
        RawHttp.SendAsync(new(Sidecar.BaseUrl, method, target) { Headers = headers }, TestContext.Current.CancellationToken);

    /// <summary>What the app saw of a request that was sent through the sidecar.</summary>
    internal async Task<Echo> EchoAsync(string method, string target, params IReadOnlyList<KeyValuePair<string, string>> headers) =>
        Echo.Of(await SendAsync(method, target, headers));
}
