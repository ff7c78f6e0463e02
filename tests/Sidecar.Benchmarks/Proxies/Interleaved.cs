namespace Sidecar.Benchmarks.Proxies;

/// <summary>One figure of one proxy in one round.</summary>
internal sealed record Figure(string Metric, string Unit, double Value);

/// <summary>
/// Rounds in which each proxy is asked once, one after the other: what the machine does to one of them in a round it does to
/// nginx as well, so that the ratio within the round is what is worth reading.
/// </summary>
internal static class Interleaved
{
    /// <param name="rounds">How many.</param>
    /// <param name="proxies">Who is asked, in this order.</param>
    /// <param name="name">What a proxy's rows are called.</param>
    /// <param name="measure">The figures of one proxy; the same ones each time.</param>
    /// <param name="stop">Ends it between two measurements.</param>
    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync<T>(int rounds, IReadOnlyList<T> proxies, Func<T, string> name, Func<T, Task<IReadOnlyList<Figure>>> measure, CancellationToken stop)
    {
        var seen = new List<(string Name, Figure Figure)>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var proxy in proxies)
            {
                stop.ThrowIfCancellationRequested();
                seen.AddRange((await measure(proxy)).Select(figure => (name(proxy), figure)));
            }
        }

        return ToRows(seen);
    }

    public static IReadOnlyList<BenchmarkRow> ToRows(IEnumerable<(string Name, Figure Figure)> seen)
    {
        var rows = seen
            .GroupBy(static entry => (entry.Name, entry.Figure.Metric, entry.Figure.Unit))
            .Select(static group => new BenchmarkRow(group.Key.Name, group.Key.Metric, group.Key.Unit, [.. group.Select(static entry => entry.Figure.Value)]))
            .ToList();
        var nginx = rows.Where(static row => row.Name == Competitor.Nginx).ToDictionary(static row => row.Metric);
        return [.. rows.Select(row => nginx.TryGetValue(row.Metric, out var other) ? row with { RatioToNginx = Statistics.Ratio(row.Rounds, other.Rounds) } : row)];
    }
}
