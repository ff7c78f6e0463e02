namespace Sidecar.Benchmarks;

/// <summary>The few figures that rounds and latencies are reduced to.</summary>
internal static class Statistics
{
    public static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>The smallest value that at least this percentage of all does not exceed.</summary>
    public static long Percentile(long[] sorted, double percent) => sorted[Math.Max(0, (int)Math.Ceiling(sorted.Length * percent / 100) - 1)];

    /// <summary>
    /// The median of the rounds' own ratios: a second in which the machine was slow slowed both, so that their ratio stands.
    /// Null where a round of the other has nothing to divide by.
    /// </summary>
    public static double? Ratio(IReadOnlyList<double> rounds, IReadOnlyList<double> others) =>
        rounds.Count == others.Count && others.All(static other => other > 0) ? Median([.. rounds.Zip(others, static (mine, other) => mine / other)]) : null;
}
