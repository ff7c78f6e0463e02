using Sidecar.Hosting;

namespace Sidecar.Tests.Hosting;

public sealed class RedisReplicaWaitTests
{
    private readonly List<TaskCompletionSource<long>> _sent = [];
    private readonly RedisReplicaWait _wait;

    public RedisReplicaWaitTests() => _wait = new(() =>
    {
        _sent.Add(new(TaskCreationOptions.RunContinuationsAsynchronously));
        return _sent[^1].Task;
    });

    [Fact]
    public async Task Ask_WhileOneIsUnderWay_SharesOneThatIsSentAfterIt()
    {
        var first = _wait.AskAsync();
        Task<long>[] others = [.. Enumerable.Range(0, 20).Select(_ => _wait.AskAsync())];
        Assert.Single(_sent);

        _sent[0].SetResult(0);
        Assert.Equal(0, await first);
        await Until(() => _sent.Count == 2);
        Assert.All(others, static other => Assert.False(other.IsCompleted));

        _sent[1].SetResult(1);
        Assert.All(await Task.WhenAll(others), static count => Assert.Equal(1, count));
        Assert.Equal(2, _sent.Count);
    }

    [Fact]
    public async Task Ask_TheOneBeforeFailed_AsksAnew()
    {
        var first = _wait.AskAsync();
        var second = _wait.AskAsync();

        _sent[0].SetException(new TimeoutException());
        await Assert.ThrowsAsync<TimeoutException>(() => first);
        await Until(() => _sent.Count == 2);
        _sent[1].SetResult(1);

        Assert.Equal(1, await second);
        Assert.NotSame(second, _wait.AskAsync());
        Assert.Equal(3, _sent.Count);
    }

    [Fact]
    public async Task Ask_FromManyAtOnce_IsAnsweredByOneThatWasSentAfterwards()
    {
        var sent = 0L;
        var wait = new RedisReplicaWait(async () =>
        {
            var mine = Interlocked.Increment(ref sent);
            await Task.Yield();
            return mine;
        });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                var before = Interlocked.Read(ref sent);
                Assert.True(await wait.AskAsync() > before, "an old answer was given again");
            }
        })));
    }

    private static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Yield();
        }
    }
}
