namespace Sidecar.FunctionalTests.Recovery;

/// <summary>What one step took, for addresses that somebody has and for addresses that nobody has, in milliseconds.</summary>
internal sealed class TimedStep(string name)
{
    private readonly List<double> known = [];
    private readonly List<double> unknown = [];

    public string Name => name;

    public int Samples => Math.Min(known.Count, unknown.Count);

    public double KnownMedian => Median(known);

    public double UnknownMedian => Median(unknown);

    public double Difference => KnownMedian - UnknownMedian;

    /// <summary>
    /// How likely a known address takes longer than an unknown one, both drawn at random; ties count half (Mann–Whitney's U over the
    /// number of pairs). One half says that time tells nothing.
    /// </summary>
    public double Superiority
    {
        get
        {
            var sorted = unknown.Order().ToArray();
            return known.Sum(value => (LowerBound(sorted, value) + UpperBound(sorted, value)) / 2.0) / ((double)known.Count * unknown.Count);
        }
    }

    public void Add(bool isKnown, TimeSpan took) => (isKnown ? known : unknown).Add(took.TotalMilliseconds);

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static int LowerBound(double[] sorted, double value) => Bound(sorted, other => other < value);

    private static int UpperBound(double[] sorted, double value) => Bound(sorted, other => other <= value);

    /// <summary>How many at the beginning are so.</summary>
    private static int Bound(double[] sorted, Func<double, bool> isBefore)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = isBefore(sorted[middle]) ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
