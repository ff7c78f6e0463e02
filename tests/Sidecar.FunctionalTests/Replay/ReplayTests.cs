namespace Sidecar.FunctionalTests.Replay;

/// <summary>
/// Is the sidecar, on the routes it takes over, what the app itself was? Every recorded answer comes back the same, or
/// differs as the list says.
/// </summary>
public sealed class ReplayTests
{
    [Theory]
    [InlineData("v1")]
    [InlineData("rest")]
    public async Task Replay_RecordedContract_LeavesNothingUnexplained(string contract)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var world = await DemoWorld.StartAsync(cancellation);
        var report = await new ReplayRunner(world, DeliberateDifferences.Load()).RunAsync(Recording.Load(contract), cancellation);
        await report.WriteAsync(cancellation);

        Assert.True(!report.Unexplained.Any(), $"{string.Join('\n', report.Unexplained)}\n\nThe sidecar said:\n{world.Log}");
        Assert.Empty(world.FellThrough);
    }
}
