using Sidecar.Demo.App;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Docs;

/// <summary>What the guides' addresses lead to when their commands are run: the shipped form of the sidecar in front of the stand-in of RAGFlow as it is now, and a real Redis.</summary>
public sealed class GuideWorld : IAsyncLifetime
{
    private RecoveryWorld? world;

    internal RecoveryWorld Recovery => world!;

    public async ValueTask InitializeAsync()
    {
        world = await RecoveryWorld.StartAsync(new() { Development = false, Release = AppRelease.Rest, Settings = ["pages.login_link.enabled=true"] }, waits: false);
        // So that there is something to be read in the log.
        await RawHttp.SendAsync(new(world.Sidecar.BaseUrl, "POST", "/api/v1/auth/password/forgot/otp"), default);
        await Eventually.TrueAsync(() => world.Log.Contains("\"outcome\":\"field_missing\"", StringComparison.Ordinal), "the step in the log");
    }

    public ValueTask DisposeAsync() => world?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>The addresses of the guides, and those of this run in their place.</summary>
    internal IReadOnlyDictionary<string, string> StandIns => new Dictionary<string, string>
    {
        ["http://ragflow.example.org"] = Recovery.Sidecar.BaseUrl.GetLeftPart(UriPartial.Authority),
        ["http://127.0.0.1:9090"] = Recovery.Sidecar.ManagementUrl.GetLeftPart(UriPartial.Authority),
        ["-p 6379"] = "-p " + Recovery.Redis.Endpoint.Split(':')[1],
    };
}
