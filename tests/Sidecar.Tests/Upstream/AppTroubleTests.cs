using Microsoft.Extensions.Time.Testing;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

/// <summary>A word that is waited for or lies there already, once however often it was said.</summary>
public sealed class AppTroubleTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public async Task Wait_AfterManyWords_EndsOnce()
    {
        var (trouble, time) = (new AppTrouble(), new FakeTimeProvider());
        trouble.Tell();
        trouble.Tell();

        await trouble.WaitAsync(Long, time, TestContext.Current.CancellationToken);
        var second = trouble.WaitAsync(Long, time, TestContext.Current.CancellationToken);

        Assert.False(second.IsCompleted);
        trouble.Tell();
        await second;
    }

    [Fact]
    public async Task Wait_WithoutAWord_EndsWithTheTime()
    {
        var (trouble, time) = (new AppTrouble(), new FakeTimeProvider());
        var waiting = trouble.WaitAsync(Long, time, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);

        time.Advance(Long);

        await waiting;
    }
}
