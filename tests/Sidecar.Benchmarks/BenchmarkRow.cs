namespace Sidecar.Benchmarks;

/// <summary>One figure of the report.</summary>
/// <param name="Name">Benchmark and variant, such as <c>smtp pooled</c>, or the proxy that was measured.</param>
/// <param name="Metric">What was measured, such as <c>throughput</c>.</param>
/// <param name="Unit">Its unit, such as <c>mails/s</c>.</param>
/// <param name="Rounds">The value of each round; the row's value is their median.</param>
internal sealed record BenchmarkRow(string Name, string Metric, string Unit, IReadOnlyList<double> Rounds)
{
    public double Value { get; } = Statistics.Median(Rounds);

    /// <summary>The median of the rounds' ratios to nginx in the same round; null where there is none to compare with.</summary>
    public double? RatioToNginx { get; init; }
}
