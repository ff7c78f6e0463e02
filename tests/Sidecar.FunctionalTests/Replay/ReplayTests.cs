using Sidecar.Demo.App;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>
/// Is the sidecar, on the routes it takes over, what the app itself was? Every recorded answer comes back the same, or
/// differs as the list says. What was recorded between two releases is held to the contract of the later one, and the app of a
/// release stands behind.
/// </summary>
public sealed class ReplayTests
{
    [Theory]
    [InlineData("v1-preview", nameof(AppRelease.V1))]
    [InlineData("v1", nameof(AppRelease.V1))]
    [InlineData("rest", nameof(AppRelease.Rest))]
    public async Task Replay_RecordedContract_LeavesNothingUnexplained(string contract, string release)
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var world = await DemoWorld.StartAsync(Enum.Parse<AppRelease>(release), cancellation);
        var report = await new ReplayRunner(world, DeliberateDifferences.Load()).RunAsync(Recording.Load(contract), cancellation);
        await report.WriteAsync(cancellation);

        Assert.True(!report.Unexplained.Any(), $"{string.Join('\n', report.Unexplained)}\n\nThe sidecar said:\n{world.Log}");
        Assert.Empty(world.FellThrough);
    }
}
