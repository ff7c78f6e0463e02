using System.Globalization;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>Bytes a second of bodies that fit into buffers and of such that do not, both ways.</summary>
internal static class Bodies
{
    public const long Mebibyte = 1024 * 1024;

    /// <summary>What both ends move at once.</summary>
    public const int Piece = 256 * 1024;

    public static readonly Benchmark Benchmark = new("bodies", RunAsync);

    private static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(BenchmarkSettings settings)
    {
        await using var world = await ProxyWorld.StartAsync(settings);
        var rows = new List<BenchmarkRow>();
        foreach (var (mebibytes, connections) in new[] { (1, 8), (256, 1) })
        {
            var file = string.Create(CultureInfo.InvariantCulture, $"/files/{mebibytes}m");
            async Task<IReadOnlyList<Figure>> MeasureAsync(RunningProxy proxy) =>
            [
                new(string.Create(CultureInfo.InvariantCulture, $"{mebibytes} MiB down"), "MiB/s", await Transfer.MeasureAsync(proxy.Port, file, 0, connections, settings.Duration, settings.Stop) / Mebibyte),
                new(string.Create(CultureInfo.InvariantCulture, $"{mebibytes} MiB up"), "MiB/s", await Transfer.MeasureAsync(proxy.StreamPort, "/upload", mebibytes * Mebibyte, connections, settings.Duration, settings.Stop) / Mebibyte),
            ];
            foreach (var proxy in world.Proxies)
            {
                await MeasureOnceAsync(proxy, file, settings);
            }

            rows.AddRange(await Interleaved.RunAsync(settings.Rounds, world.Proxies, static proxy => proxy.Name, MeasureAsync, settings.Stop));
        }

        return rows;
    }

    private static async Task MeasureOnceAsync(RunningProxy proxy, string file, BenchmarkSettings settings)
    {
        await Transfer.MeasureAsync(proxy.Port, file, 0, 1, TimeSpan.Zero, settings.Stop);
        await Transfer.MeasureAsync(proxy.StreamPort, "/upload", Mebibyte, 1, TimeSpan.Zero, settings.Stop);
    }
}
