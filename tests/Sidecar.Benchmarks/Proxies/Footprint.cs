using System.Diagnostics;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>What a proxy takes before it is of any use, each time in a process of its own: time to the first answer, and memory.</summary>
internal static class Footprint
{
    public const string Start = "start to first answer";
    public const string Loaded = "memory under load";
    private const int Connections = 64;
    private const int Streams = 1000;

    public static readonly Benchmark Benchmark = new("footprint", RunAsync);

    private static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(BenchmarkSettings settings)
    {
        await using var backends = await Backends.StartAsync(settings.Stop);
        var competitors = Competitor.All(settings.Variants).Where(static competitor => competitor.Template.Length > 0).ToArray();
        return await Interleaved.RunAsync(settings.Rounds, competitors, static competitor => competitor.Name, competitor => MeasureAsync(competitor, backends, settings), settings.Stop);
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(Competitor competitor, Backends backends, BenchmarkSettings settings)
    {
        var start = Stopwatch.GetTimestamp();
        await using var proxy = competitor.Start(backends.Directory, backends);
        while (!Loopback.IsListening(proxy.Port))
        {
            settings.Stop.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(20))
            {
                throw new InvalidOperationException($"{competitor.Name} does not start.");
            }

            await Task.Delay(1, settings.Stop);
        }

        using (new SteadyLoad(proxy.Port, 1))
        {
            // One answer has come.
        }

        var started = Stopwatch.GetElapsedTime(start);
        await proxy.WaitAsync(settings.Stop);
        await Task.Delay(TimeSpan.FromSeconds(1), settings.Stop);
        var idle = Resident(proxy);
        var load = Wrk.RunAsync(proxy.Port, Connections, settings.Duration, settings.Stop);
        var loaded = idle;
        while (!load.IsCompleted)
        {
            await Task.WhenAny(load, Task.Delay(100, settings.Stop));
            loaded = Math.Max(loaded, Resident(proxy));
        }

        await load;
        return
        [
            new(Start, "ms", started.TotalMilliseconds),
            new("memory idle", "MiB", idle),
            new(Loaded, "MiB", loaded),
            new("memory of an idle stream", "KiB", await PerStreamAsync(competitor, backends, settings.Stop)),
        ];
    }

    /// <summary>In a process that has done nothing yet: what a load has left would hide what streams take.</summary>
    private static async Task<double> PerStreamAsync(Competitor competitor, Backends backends, CancellationToken stop)
    {
        await using var proxy = competitor.Start(backends.Directory, backends);
        await proxy.WaitAsync(stop);
        var streams = new List<EventStream>();
        try
        {
            for (var i = 0; i < Streams / 10; i++)
            {
                streams.Add(EventStream.Open(proxy.StreamPort));
            }

            await Task.Delay(500, stop);
            var before = Resident(proxy);
            for (var i = 0; i < Streams; i++)
            {
                stop.ThrowIfCancellationRequested();
                streams.Add(EventStream.Open(proxy.StreamPort));
            }

            await Task.Delay(500, stop);
            return Math.Max(0, (Resident(proxy) - before) * 1024 / Streams);
        }
        finally
        {
            streams.ForEach(static stream => stream.Dispose());
        }
    }

    private static double Resident(RunningProxy proxy) => ProcessFigures.ResidentMebibytes(proxy.Process!.Id);
}
