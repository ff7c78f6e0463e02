using System.Collections.Concurrent;
using System.Globalization;
using Sidecar.Captcha;

namespace Sidecar.Tests.Captcha;

public sealed class PaintingThreadTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Paint_ManyAtOnce_HappensOnOneThreadThatIsNotThePools()
    {
        var (threads, current, most) = (new ConcurrentDictionary<int, bool>(), 0, 0);
        using var thread = new PaintingThread((text, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref current));
            threads[Environment.CurrentManagedThreadId] = Thread.CurrentThread.IsThreadPoolThread;
            Interlocked.Decrement(ref current);
            return [(byte)text.Length];
        });

        var pictures = await Task.WhenAll(Enumerable.Range(1, 100).Select(i => thread.PaintAsync(new string('A', i), PictureFormat.Jpeg, default).AsTask())).WaitAsync(Patience);

        Assert.Equal(Enumerable.Range(1, 100), pictures.Select(static picture => (int)picture![0]));
        Assert.False(Assert.Single(threads).Value);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Paint_OnLinux_RunsLastAndTheCallerKeepsItsOwn()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "niceness of threads is Linux's");
        using var thread = new PaintingThread(static (_, _) => [(byte)Niceness("/proc/thread-self/stat")]);
        var before = Niceness("/proc/self/stat");

        Assert.Equal(19, (await thread.PaintAsync("A", PictureFormat.Jpeg, default))![0]);
        Assert.Equal(before, Niceness("/proc/self/stat"));
    }

    [Fact]
    public async Task Paint_MoreThanMayWait_IsRefusedAtOnceAndThenServesAgain()
    {
        using var painting = new SemaphoreSlim(0);
        using var go = new ManualResetEventSlim();
        using var thread = new PaintingThread((_, _) =>
        {
            painting.Release();
            go.Wait();
            return [];
        });
        var first = thread.PaintAsync("A", PictureFormat.Jpeg, default).AsTask();
        Assert.True(await painting.WaitAsync(Patience));
        var waiting = Enumerable.Range(0, PaintingThread.MostWaiting).Select(_ => thread.PaintAsync("A", PictureFormat.Jpeg, default).AsTask()).ToList();

        var refused = thread.PaintAsync("A", PictureFormat.Jpeg, default);

        Assert.True(refused.IsCompleted);
        Assert.Null(await refused);
        go.Set();
        Assert.All(await Task.WhenAll([first, .. waiting]).WaitAsync(Patience), Assert.NotNull);
        Assert.NotNull(await thread.PaintAsync("A", PictureFormat.Jpeg, default));
    }

    [Fact]
    public async Task Paint_WhoeverWaitedHasGone_IsNotPainted()
    {
        using var gone = new CancellationTokenSource();
        using var go = new ManualResetEventSlim();
        var painted = new ConcurrentQueue<string>();
        using var thread = new PaintingThread((text, _) =>
        {
            go.Wait();
            painted.Enqueue(text);
            return [];
        });
        var first = thread.PaintAsync("FIRST", PictureFormat.Jpeg, default).AsTask();
        var second = thread.PaintAsync("GONE", PictureFormat.Jpeg, gone.Token).AsTask();

        await gone.CancelAsync();
        go.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.WaitAsync(Patience));
        await first;
        Assert.Equal(["FIRST"], painted);
    }

    [Fact]
    public async Task Paint_ThatFails_FailsAloneAndTheNextIsPainted()
    {
        using var thread = new PaintingThread(static (text, _) => text == "BAD" ? throw new InvalidOperationException() : []);

        await Assert.ThrowsAsync<InvalidOperationException>(() => thread.PaintAsync("BAD", PictureFormat.Jpeg, default).AsTask().WaitAsync(Patience));
        Assert.NotNull(await thread.PaintAsync("GOOD", PictureFormat.Jpeg, default));
    }

    /// <summary>The nineteenth field; the second, the name, may hold spaces and ends with the last parenthesis.</summary>
    private static int Niceness(string file)
    {
        var stat = File.ReadAllText(file);
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }
}
