namespace Sidecar.Benchmarks.Proxies;

/// <summary>
/// What a request waits for when the proxy has time: every proxy gets the same rate, half of what nginx can do at most, and
/// latencies count from when a request was due. Who cannot keep up at all shows it by waits without bound.
/// </summary>
internal static class FixedRate
{
    public const string P50 = "p50, half of nginx's load";
    public const string P99 = "p99, half of nginx's load";
    private const int Connections = 64;

    public static readonly Benchmark Benchmark = new("latency", RunAsync);

    private static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(BenchmarkSettings settings)
    {
        await using var world = await ProxyWorld.StartAsync(settings);
        var nginx = world.Proxies.Single(static proxy => proxy.Name == Competitor.Nginx);
        var maxima = new List<double>();
        for (var round = 0; round < 3; round++)
        {
            maxima.Add((await Wrk.RunAsync(nginx.Port, Connections, settings.Duration / 2, settings.Stop)).Rate);
        }

        var rate = Statistics.Median(maxima) / 2;
        Task<IReadOnlyList<Figure>> MeasureAsync(RunningProxy proxy)
        {
            using var load = new SteadyLoad(proxy.Port, Connections);
            load.Exactly(1000, settings.Stop);
            var latencies = load.Spread(rate, settings.Duration, settings.Stop);
            return Task.FromResult<IReadOnlyList<Figure>>([new(P50, "µs", Statistics.Percentile(latencies, 50)), new(P99, "µs", Statistics.Percentile(latencies, 99))]);
        }

        var rows = await Interleaved.RunAsync(settings.Rounds, world.Proxies, static proxy => proxy.Name, MeasureAsync, settings.Stop);
        return [.. rows, new("load", "half of nginx's load", "requests/s", [rate])];
    }
}
