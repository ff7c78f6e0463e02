using Sidecar.Benchmarks;
using Sidecar.Benchmarks.Proxies;

namespace Sidecar.Tests.Benchmarks;

public sealed class InterleavedTests
{
    [Fact]
    public async Task RunAsync_Rounds_AskEveryProxyOnce()
    {
        var asked = new List<string>();
        await Interleaved.RunAsync(
            2,
            ["direct", "nginx", "sidecar"],
            static name => name,
            name =>
            {
                asked.Add(name);
                return Task.FromResult<IReadOnlyList<Figure>>([new("requests", "requests/s", 1)]);
            },
            default);

        Assert.Equal(["direct", "nginx", "sidecar", "direct", "nginx", "sidecar"], asked);
    }

    /// <summary>A machine that halves its speed between rounds changes no ratio; the ratio of the medians would be another.</summary>
    [Fact]
    public void ToRows_Ratio_IsTheMedianOfTheRoundsOwn()
    {
        double[] nginx = [100, 50, 10], sidecar = [90, 40, 12];

        var rows = Interleaved.ToRows([.. nginx.Select(static value => ("nginx", new Figure("requests", "requests/s", value))), .. sidecar.Select(static value => ("sidecar", new Figure("requests", "requests/s", value)))]);

        var row = Assert.Single(rows, static row => row.Name == "sidecar");
        Assert.Equal(sidecar, row.Rounds);
        Assert.Equal(40, row.Value);
        Assert.Equal(0.9, row.RatioToNginx!.Value, 0.0001);
        Assert.Equal(1, Assert.Single(rows, static row => row.Name == "nginx").RatioToNginx);
    }

    [Fact]
    public void ToRows_WithoutNginx_HaveNoRatio() => Assert.Null(Assert.Single(Interleaved.ToRows([("recovery", new Figure("captcha", "pictures/s", 3))])).RatioToNginx);

    [Theory]
    [InlineData(50, 5)]
    [InlineData(99, 10)]
    [InlineData(10, 1)]
    public void Percentile_OfTen_IsTheOneThatSoManyDoNotExceed(double percent, long expected) =>
        Assert.Equal(expected, Statistics.Percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], percent));
}
