using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Forwarding;
using Sidecar.FunctionalTests.Hosting;

[assembly: AssemblyFixture(typeof(ForwardingWorld))]
[assembly: AssemblyFixture(typeof(YarpWorld))]

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>One sidecar with the product's defaults in front of one app, started once for all tests that only send traffic through it.</summary>
public class ForwardingWorld : IAsyncLifetime
{
    private DemoApp? app;
    private SidecarProcess? sidecar;

    /// <summary>What carries requests here, as a setting.</summary>
    internal virtual string Engine => "forward.engine=direct";

    internal DemoApp App => app!;

    internal SidecarProcess Sidecar => sidecar!;

    public async ValueTask InitializeAsync()
    {
        app = await DemoApp.StartAsync(new(new InProcessFlags(TimeProvider.System)));
        sidecar = await SidecarProcess.StartAsync(new()
        {
            Upstream = app.Address,
            Probes = true,
            Development = false,
            Settings = ["limits.client.mode=off", Engine],
        });
    }

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await (sidecar?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (app?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    internal Task<RawResponse> SendAsync(string method, string target, params IReadOnlyList<KeyValuePair<string, string>> headers) =>
        RawHttp.SendAsync(new(Sidecar.BaseUrl, method, target) { Headers = headers }, TestContext.Current.CancellationToken);

    /// <summary>What the app saw of a request that was sent through the sidecar.</summary>
    internal async Task<Echo> EchoAsync(string method, string target, params IReadOnlyList<KeyValuePair<string, string>> headers) =>
        Echo.Of(await SendAsync(method, target, headers));
}

/// <summary>The same with YARP for everything.</summary>
public sealed class YarpWorld : ForwardingWorld
{
    internal override string Engine => "forward.engine=yarp";
}
