namespace Sidecar.Benchmarks.Proxies;

/// <summary>What a request costs the proxy: figures that stay the same on a busy machine, unlike times.</summary>
internal static class Cost
{
    private const int Connections = 64;
    private const int Traced = 10_000;

    public static readonly Benchmark Benchmark = new("cost", RunAsync);

    private static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(BenchmarkSettings settings)
    {
        await using var world = await ProxyWorld.StartAsync(settings);
        var requests = (int)(settings.Duration.TotalSeconds * 30_000);
        async Task<IReadOnlyList<Figure>> MeasureAsync(RunningProxy proxy)
        {
            var id = proxy.Process!.Id;
            using var load = new SteadyLoad(proxy.Port, Connections);
            load.Exactly(2000, settings.Stop);
            var (user, all) = (ProcessFigures.UserMicroseconds(id), ProcessFigures.ProcessorMicroseconds(id));
            load.Exactly(requests, settings.Stop);
            (user, all) = (ProcessFigures.UserMicroseconds(id) - user, ProcessFigures.ProcessorMicroseconds(id) - all);
            List<Figure> figures = [new("user time a request", "µs", user / requests), new("processor time a request", "µs", all / requests)];
            if (await Strace.CountAsync(ProcessFigures.Tree(id), Path.Combine(world.Backends.Directory, "strace"), () => load.Exactly(Traced, settings.Stop), settings.Stop) is { } calls)
            {
                figures.Add(new("system calls a request", "calls", (double)calls / Traced));
            }

            return figures;
        }

        return await Interleaved.RunAsync(settings.Rounds, [.. world.Proxies.Where(static proxy => proxy.Process is not null)], static proxy => proxy.Name, MeasureAsync, settings.Stop);
    }
}
