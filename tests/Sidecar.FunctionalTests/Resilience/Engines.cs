using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>What forwards: every suite of this folder that is about forwarding runs once with each.</summary>
internal static class Engines
{
    /// <summary>Values of <c>forward.engine</c>; null is a product that has no such setting.</summary>
    private static readonly string?[] Names = [null];

    public static TheoryData<string?> All => [.. Names];

    public static SidecarLaunch With(this SidecarLaunch launch, string? engine) =>
        engine is null ? launch : launch with { Settings = [.. launch.Settings, $"forward.engine={engine}"] };
}
