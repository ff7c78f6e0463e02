using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Verification;

/// <summary>A world whose sidecar verifies addresses and gates sign-ups, for all tests of a class.</summary>
public sealed class VerifyingWorld : IAsyncLifetime
{
    internal static readonly string[] Settings = ["verification.enabled=true", "verification.gate.enabled=true", "verification.gate.refused_domains.0=refused.example.com"];

    private RecoveryWorld? world;
    private int newcomers;

    internal RecoveryWorld World => world!;

    public async ValueTask InitializeAsync() => world = await RecoveryWorld.StartAsync(new() { Settings = Settings });

    public ValueTask DisposeAsync() => world?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>An address that nobody has yet.</summary>
    public string Newcomer() => $"newcomer{Interlocked.Increment(ref newcomers)}@example.com";
}
