namespace Sidecar.FunctionalTests.Conformance;

/// <summary>Client and app see the same with a sidecar between them as without one, but for what is listed with its reason.</summary>
public sealed class ConformanceTests(ConformanceWorld world)
{
    public static IEnumerable<TheoryDataRow<string, string>> Cases =>
        from engine in Engine.All from exchange in Exchanges.All select new TheoryDataRow<string, string>(engine.Name, exchange.Name);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Exchange_ThroughTheSidecar_LooksAsWithoutIt(string engine, string exchange)
    {
        var differences = await (await world.OfAsync(engine)).CompareAsync(Exchanges.Named(exchange));

        var unexplained = differences.Where(difference => !KnownDifferences.Explain(engine, exchange, difference)).ToList();
        Assert.True(unexplained.Count == 0, string.Join('\n', unexplained));
    }
}
