namespace Sidecar.Benchmarks;

/// <summary>
/// One thing to measure. Each benchmark is a file of its own with a static <c>Benchmark</c>, listed in Program.cs.
/// </summary>
/// <param name="Name">What the command line and the results call it.</param>
/// <param name="RunAsync">Measures and answers the rows of the report.</param>
internal sealed record Benchmark(string Name, Func<BenchmarkSettings, Task<IReadOnlyList<BenchmarkRow>>> RunAsync);

/// <summary>How long a run may take.</summary>
/// <param name="Rounds">Rounds of each variant; variants alternate, so that a machine that slows down slows all of them.</param>
/// <param name="Duration">How long one round measures.</param>
internal sealed record BenchmarkSettings(int Rounds, TimeSpan Duration);

/// <summary>One figure of the report.</summary>
/// <param name="Name">Benchmark and variant, such as <c>smtp pooled</c>.</param>
/// <param name="Metric">What was measured, such as <c>throughput</c>.</param>
/// <param name="Unit">Its unit, such as <c>mails/s</c>.</param>
/// <param name="Rounds">The value of each round; the row's value is their median.</param>
internal sealed record BenchmarkRow(string Name, string Metric, string Unit, IReadOnlyList<double> Rounds)
{
    public double Value { get; } = Median(Rounds);

    /// <summary>The same figure of nginx in the same run; null where there is none to compare with.</summary>
    public double? RatioToNginx { get; init; }

    private static double Median(IReadOnlyList<double> rounds)
    {
        double[] sorted = [.. rounds.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
