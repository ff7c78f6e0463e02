using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>What has to be shipped: the others' program, and of the sidecar all that is published beside it as well.</summary>
internal static class PublishedSize
{
    public static readonly Benchmark Benchmark = new("size", RunAsync);

    private static Task<IReadOnlyList<BenchmarkRow>> RunAsync(BenchmarkSettings settings)
    {
        var sidecar = SidecarBinary.Find().FileName;
        var sizes = Competitor.All([SidecarVariant.All[0]])
            .Where(static competitor => competitor.Program.Length > 0)
            .Select(competitor => (competitor.Name, new Figure("published output", "MiB", (competitor.Program == sidecar ? Directory(sidecar) : new FileInfo(competitor.Program).Length) / (double)Bodies.Mebibyte)));
        return Task.FromResult(Interleaved.ToRows(sizes));
    }

    private static long Directory(string program) =>
        new FileInfo(program).Directory!.EnumerateFiles("*", SearchOption.AllDirectories).Sum(static file => file.Length);
}
