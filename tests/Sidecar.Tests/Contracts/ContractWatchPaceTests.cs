using Sidecar.Contracts;

namespace Sidecar.Tests.Contracts;

/// <summary>Soon while an app starts, and never so often that it notices.</summary>
public sealed class ContractWatchPaceTests
{
    private readonly ContractWatchPace _pace = new();

    [Fact]
    public void After_AnAppThatIsDown_LooksEveryFewSecondsForEver() =>
        Assert.All(Enumerable.Range(0, 200).Select(_ => Sum(AppLookKind.Unreachable)), static wait => Assert.InRange(wait, 1, 2));

    [Fact]
    public void After_AnAppThatIsNoRagflow_LooksEverMoreSeldom() =>
        Assert.Equal([1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 7).Select(_ => Sum(AppLookKind.Strange)));

    [Fact]
    public void After_AFoundApp_LooksNowAndThenAndSoonerOnTrouble() =>
        Assert.All(Enumerable.Range(0, 200).Select(_ => _pace.After(AppLookKind.Found)), static wait => Assert.Equal((3, 27), (wait.Least.TotalSeconds, wait.More.TotalSeconds)));

    [Fact]
    public void IsSettled_OnlyWhenTheSameWasSeenAgainAndAgain()
    {
        Assert.False(Settled(AppLookKind.Strange));
        Assert.False(Settled(AppLookKind.Strange));
        Assert.True(Settled(AppLookKind.Strange));
        Assert.False(Settled(AppLookKind.WithoutFlow));
    }

    private double Sum(AppLookKind look)
    {
        var (least, more) = _pace.After(look);
        return (least + more).TotalSeconds;
    }

    private bool Settled(AppLookKind look)
    {
        _pace.After(look);
        return _pace.IsSettled;
    }
}
