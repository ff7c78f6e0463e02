namespace Sidecar.FunctionalTests.Conformance;

/// <summary>What carries requests to the app, and how a sidecar is told to use it.</summary>
internal sealed record Engine(string Name, params string[] Settings)
{
    /// <summary>Every engine is held to the same exchanges; a further one is a further entry.</summary>
    public static IReadOnlyList<Engine> All { get; } = [new("fast"), new("direct", "forward.fast_path=false"), new("yarp", "forward.engine=yarp")];

    public static Engine Of(string name) => All.Single(engine => engine.Name == name);
}
