using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>What forwards: every suite of this folder that is about forwarding runs once with each.</summary>
internal static class Engines
{
    /// <summary>Values of <c>forward.engine</c>.</summary>
    private static readonly string[] Names = ["direct", "yarp"];

    public static TheoryData<string> All => [.. Names];

    public static SidecarLaunch With(this SidecarLaunch launch, string engine) =>
        launch with { Settings = [.. launch.Settings, $"forward.engine={engine}"] };
}
