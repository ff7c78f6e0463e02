using CsCheck;
using Sidecar.Hosting;

namespace Sidecar.Tests.Hosting;

public sealed class SlidingWindowTests
{
    private const long Start = 1_750_000_123_456;
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private static readonly long Length = (long)Window.TotalMilliseconds;

    [Fact]
    public void Take_AnyTimes_NoStretchOfTheWindowsLengthSeesMoreThanTheLimit() =>
        Gen.Select(Gen.Int[1, 6], Gen.Bool, Gen.Int[0, (int)Length / 3].Array[1, 100]).Sample((takes, exact, steps) =>
        {
            // So many at a time: the smallest limit that is counted in segments, or one.
            var each = exact ? 1 : SlidingWindow.MostExact + 1;
            var limit = takes * each;
            var late = exact ? 0 : Length / 24;
            var window = new SlidingWindow(limit, Window);
            var (now, taken) = (Start, new List<long>());
            foreach (var step in steps)
            {
                now += step;
                var state = window.Take(limit, each, now);
                Assert.Equal(state.Taken, state.RetryAfter == TimeSpan.Zero);
                if (state.Taken)
                {
                    taken.Add(now);
                    Assert.True(taken.Count <= takes || now - taken[^(takes + 1)] >= Length);
                }
                else
                {
                    // Kept no longer than a segment beyond the window, and back at the very instant it was promised for.
                    Assert.True(now - taken[^takes] < Length + late);
                    Assert.False(window.Take(limit, each, now + (long)state.RetryAfter.TotalMilliseconds - 1).Taken);
                    now += (long)state.RetryAfter.TotalMilliseconds;
                    Assert.True(window.Take(limit, each, now).Taken);
                    taken.Add(now);
                }
            }
        });

    [Fact]
    public void Wait_OfOneTaker_CountsOnlyItsOwn()
    {
        var window = new SlidingWindow(3, Window);
        window.Add(2, Start, "a");
        window.Add(1, Start, "b");

        Assert.True(window.Wait(2, 1, Start, "a") > 0);
        Assert.Equal(0, window.Wait(2, 1, Start, "b"));
        Assert.True(window.Wait(3, 1, Start) > 0);
    }

    [Fact]
    public void GiveBack_TakenPermit_IsThereAgainButNeverTwice()
    {
        var window = new SlidingWindow(2, Window);
        var first = window.Take(2, 1, Start);
        window.Take(2, 1, Start + 1);

        window.GiveBack(first.Segment);
        window.GiveBack(first.Segment);

        Assert.Equal(1, window.Take(2, 0, Start + 2).Remaining);
    }

    [Fact]
    public void Take_UpToAHundredPermits_ComeBackWithTheWindowToTheMillisecond()
    {
        var window = new SlidingWindow(SlidingWindow.MostExact, Window);
        window.Take(SlidingWindow.MostExact, SlidingWindow.MostExact, Start);

        Assert.Equal(Window, window.Take(SlidingWindow.MostExact, 1, Start).RetryAfter);
        Assert.False(window.Take(SlidingWindow.MostExact, 1, Start + Length - 1).Taken);
        Assert.True(window.Take(SlidingWindow.MostExact, SlidingWindow.MostExact, Start + Length).Taken);
    }

    [Fact]
    public void GiveBack_AfterItsTime_TakesNobodyElses()
    {
        var window = new SlidingWindow(1, Window);
        var first = window.Take(1, 1, Start);
        window.Take(1, 1, Start + (2 * Length));

        window.GiveBack(first.Segment);

        Assert.True(window.Wait(1, 1, Start + (2 * Length) + 1) > 0);
    }

    [Fact]
    public void Take_MoreThanTheLimit_IsNeverGranted() => Assert.False(new SlidingWindow(1, Window).Take(1, 2, Start).Taken);
}
