namespace Sidecar.Benchmarks.Proxies;

/// <summary>How long a reader of an event stream waits for its first byte, on a connection of its own.</summary>
internal static class FirstEvent
{
    private const int Streams = 100;

    public static readonly Benchmark Benchmark = new("events", RunAsync);

    private static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(BenchmarkSettings settings)
    {
        await using var world = await ProxyWorld.StartAsync(settings);
        foreach (var proxy in world.Proxies)
        {
            Measure(proxy);
        }

        return await Interleaved.RunAsync(settings.Rounds, world.Proxies, static proxy => proxy.Name, static proxy => Task.FromResult(Measure(proxy)), settings.Stop);
    }

    private static IReadOnlyList<Figure> Measure(RunningProxy proxy)
    {
        var times = new List<double>();
        for (var i = 0; i < Streams; i++)
        {
            using var stream = EventStream.Open(proxy.StreamPort);
            times.Add(stream.FirstEvent.TotalMicroseconds);
        }

        return [new("first byte of an event stream", "µs", Statistics.Median(times))];
    }
}
