namespace Sidecar.Benchmarks;

/// <summary>One way the sidecar can be run that is worth a row of its own.</summary>
/// <param name="Word">What <c>--engines</c> calls it.</param>
/// <param name="Name">The name of its rows.</param>
/// <param name="Environment">What makes it different.</param>
internal sealed record SidecarVariant(string Word, string Name, params (string Name, string Value)[] Environment)
{
    /// <summary>Stands for the address of what swallows the traces.</summary>
    public const string Collector = "@collector@";

    /// <summary>What is run unless <c>--engines</c> says otherwise.</summary>
    public const string Usual = "default,yarp";

    public static IReadOnlyList<SidecarVariant> All { get; } =
    [
        new("default", "sidecar"),
        new("yarp", "sidecar-yarp", ("SIDECAR__FORWARD__ENGINE", "yarp")),
        new("runtime", "sidecar-runtime", ("SIDECAR__FORWARD__SOCKETS", "runtime")),
        new("traced", "sidecar-traced", ("SIDECAR__TELEMETRY__OTLP_ENDPOINT", Collector), ("SIDECAR__TELEMETRY__OTLP_PROTOCOL", "http/protobuf")),
    ];
}
