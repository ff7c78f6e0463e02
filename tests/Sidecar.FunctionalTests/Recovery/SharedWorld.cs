namespace Sidecar.FunctionalTests.Recovery;

/// <summary>One world for all tests of a class, which keep apart by each taking a user of its own.</summary>
public sealed class SharedWorld : IAsyncLifetime
{
    private RecoveryWorld? world;

    internal RecoveryWorld World => world!;

    public async ValueTask InitializeAsync() =>
        world = await RecoveryWorld.StartAsync(new() { Settings = ["client_address.trusted_proxies.0=127.0.0.1", "recovery.allowed_origins.0=https://login.example.org"] });

    public ValueTask DisposeAsync() => world?.DisposeAsync() ?? ValueTask.CompletedTask;
}
