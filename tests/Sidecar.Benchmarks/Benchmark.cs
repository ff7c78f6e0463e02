namespace Sidecar.Benchmarks;

/// <summary>
/// One thing to measure. Each benchmark is a file of its own with a static <c>Benchmark</c>, listed in Program.cs.
/// </summary>
/// <param name="Name">What the command line and the results call it.</param>
/// <param name="RunAsync">Measures and answers the rows of the report.</param>
internal sealed record Benchmark(string Name, Func<BenchmarkSettings, Task<IReadOnlyList<BenchmarkRow>>> RunAsync);

/// <summary>How long a run may take, and what it compares.</summary>
/// <param name="Rounds">Rounds of each variant; variants alternate, so that a machine that slows down slows all of them.</param>
/// <param name="Duration">How long one round measures.</param>
/// <param name="Variants">The sidecars that are compared with the other proxies.</param>
/// <param name="Stop">Ctrl-C and SIGTERM; what was started must end before the process does.</param>
internal sealed record BenchmarkSettings(int Rounds, TimeSpan Duration, IReadOnlyList<SidecarVariant> Variants, CancellationToken Stop);
