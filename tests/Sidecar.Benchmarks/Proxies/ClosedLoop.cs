using System.Globalization;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>Small JSON answers as fast as they come: what one core of the proxy can do, and what that does to latencies.</summary>
internal static class ClosedLoop
{
    /// <summary>Few enough to see the path of one request, as many as a busy app has, and more than is comfortable.</summary>
    public static readonly int[] Connections = [1, 64, 512];

    public static readonly Benchmark Benchmark = new("requests", RunAsync);

    public static string Metric(string what, int connections) => string.Create(CultureInfo.InvariantCulture, $"{what}, {connections} connection{(connections == 1 ? "" : "s")}");

    private static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(BenchmarkSettings settings)
    {
        await using var world = await ProxyWorld.StartAsync(settings);
        var rows = new List<BenchmarkRow>();
        foreach (var connections in Connections)
        {
            async Task<IReadOnlyList<Figure>> MeasureAsync(RunningProxy proxy)
            {
                var result = await Wrk.RunAsync(proxy.Port, connections, settings.Duration, settings.Stop);
                return
                [
                    new(Metric("requests", connections), "requests/s", result.Rate),
                    new(Metric("p50", connections), "µs", result.P50),
                    new(Metric("p99", connections), "µs", result.P99),
                ];
            }

            foreach (var proxy in world.Proxies)
            {
                // Connections to the app, memory and caches are as they will stay.
                using var warm = new SteadyLoad(proxy.Port, connections);
                warm.Exactly(2000, settings.Stop);
            }

            rows.AddRange(await Interleaved.RunAsync(settings.Rounds, world.Proxies, static proxy => proxy.Name, MeasureAsync, settings.Stop));
        }

        return rows;
    }
}
