using System.Diagnostics;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Time.Testing;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

/// <summary>How long a client is waited for, and that the word that it is over reaches the wait that it was meant for and no other read.</summary>
public sealed class FastWaitTests
{
    private const int Least = 20;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(130);
    private static readonly TimeSpan Head = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly TimeSpan Race = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider _clock = new();
    private readonly Pipe _pipe = new(new(useSynchronizationContext: false));
    private readonly FastWait _wait;

    public FastWaitTests() => _wait = new(_pipe.Reader, _clock, new KestrelServerLimits { KeepAliveTimeout = Idle, RequestHeadersTimeout = Head });

    [Fact]
    public async Task Look_IdleForTheKeepAliveTimeout_EndsTheWait()
    {
        Assert.True(_wait.Begin(isReading: false));
        var reading = _pipe.Reader.ReadAsync().AsTask();

        Pass(Idle - Tick);
        Assert.False(reading.IsCompleted);
        Pass(Tick);

        Assert.True((await reading.WaitAsync(Patience)).IsCanceled);
        Assert.False(_wait.End(isCanceled: true));
    }

    /// <summary>A letter now and then wins nothing.</summary>
    [Fact]
    public async Task Look_HeadNotWholeForItsTimeout_EndsTheWaitHoweverItCame()
    {
        _wait.Begin(isReading: false);
        Pass(Idle - Tick);
        Assert.False(_wait.End(isCanceled: false));
        for (var i = 0; i < 3; i++)
        {
            Assert.True(_wait.Begin(isReading: true));
            Pass(i < 2 ? Head / 3 : Head - (2 * (Head / 3)) - Tick);
            Assert.False(_wait.End(isCanceled: false));
        }

        _wait.Begin(isReading: true);
        var reading = _pipe.Reader.ReadAsync().AsTask();
        Assert.False(reading.IsCompleted);
        Pass(Tick);

        Assert.True((await reading.WaitAsync(Patience)).IsCanceled);
    }

    [Fact]
    public void Look_NextRequest_HasItsTimeAnew()
    {
        for (var i = 0; i < 3; i++)
        {
            _wait.Begin(isReading: true);
            Pass(Head - Tick);
            Assert.False(_wait.End(isCanceled: false));
            _wait.Begin(isReading: false);
            Pass(Idle - Tick);
            Assert.False(_wait.End(isCanceled: false));
        }
    }

    [Fact]
    public void Look_NobodyWaits_EndsNothing()
    {
        Pass(Idle * 2);
        _wait.Begin(isReading: false);
        Assert.False(_wait.End(isCanceled: false));
        Pass(Idle * 2);

        _wait.Begin(isReading: false);
        var reading = _pipe.Reader.ReadAsync().AsTask();
        _wait.Look();
        Assert.False(reading.IsCompleted);
    }

    [Fact]
    public async Task Stop_NothingBegun_EndsTheWaitAndEveryOther()
    {
        _wait.Begin(isReading: false);
        var reading = _pipe.Reader.ReadAsync().AsTask();

        _wait.Stop();

        Assert.True((await reading.WaitAsync(Patience)).IsCanceled);
        Assert.False(_wait.End(isCanceled: true));
        Assert.False(_wait.Begin(isReading: false));
    }

    [Fact]
    public async Task Stop_HeadBegun_WaitsForTheRestButNotForTheNext()
    {
        _wait.Begin(isReading: true);
        var reading = _pipe.Reader.ReadAsync().AsTask();

        _wait.Stop();

        Assert.False(reading.IsCompleted);
        await _pipe.Writer.WriteAsync("x"u8.ToArray());
        Assert.False((await reading.WaitAsync(Patience)).IsCanceled);
        Assert.False(_wait.End(isCanceled: false));
        Assert.True(_wait.Begin(isReading: true));
        Pass(Head);
        Assert.True(_wait.End(isCanceled: false));
        Assert.False(_wait.Begin(isReading: false));
    }

    [Fact]
    public void Stop_BetweenWaits_LetsNoneBegin()
    {
        _wait.Stop();

        Assert.False(_wait.Begin(isReading: false));
    }

    /// <summary>The word was said to the pipe when something had come: unless it is taken out, it ends the read of whoever comes next.</summary>
    [Fact]
    public async Task End_SomethingCameFirst_TellsThatTheWordIsStillToCome()
    {
        _wait.Begin(isReading: false);
        await _pipe.Writer.WriteAsync("x"u8.ToArray());
        var read = await _pipe.Reader.ReadAsync();
        Pass(Idle);

        Assert.True(_wait.End(read.IsCanceled));
        _pipe.Reader.AdvanceTo(read.Buffer.Start);
        Assert.True((await _pipe.Reader.ReadAsync()).IsCanceled);
        _wait.Begin(isReading: false);
        Assert.False(_wait.End(isCanceled: false));
    }

    /// <summary>As a connection waits, with somebody who always finds that it has been too long: each word ends one wait, and none a read behind it.</summary>
    [Fact]
    public async Task Look_WhileSomethingComes_NeverReachesTheNextReader()
    {
        var wait = new FastWait(_pipe.Reader, TimeProvider.System, new KestrelServerLimits { KeepAliveTimeout = Tick, RequestHeadersTimeout = Tick });
        using var over = new CancellationTokenSource();
        var looking = new Thread(() =>
        {
            while (!over.IsCancellationRequested)
            {
                wait.Look();
            }
        });
        looking.Start();
        var (waits, early, late) = (0, 0, 0);
        try
        {
            // On a busy machine one thread may stand still for long, and nothing is seen of the other.
            for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) is var spent && (spent < Race || (spent < Patience && (early < Least || late < Least)));)
            {
                waits++;
                Assert.True(wait.Begin(isReading: false));
                await _pipe.Writer.WriteAsync("x"u8.ToArray());
                var read = await _pipe.Reader.ReadAsync();
                early += read.IsCanceled ? 1 : 0;
                if (wait.End(read.IsCanceled))
                {
                    late++;
                    _pipe.Reader.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
                    read = await _pipe.Reader.ReadAsync();
                    Assert.True(read.IsCanceled);
                }

                // The next reader.
                _pipe.Reader.AdvanceTo(read.Buffer.Start, read.Buffer.Start);
                read = await _pipe.Reader.ReadAsync();
                Assert.False(read.IsCanceled);
                _pipe.Reader.AdvanceTo(read.Buffer.End);
            }
        }
        finally
        {
            await over.CancelAsync();
            looking.Join();
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{waits} waits, {early} ended, {late} too late");
        Assert.InRange(early, Least, int.MaxValue);
        Assert.InRange(late, Least, int.MaxValue);
    }

    private void Pass(TimeSpan time)
    {
        _clock.Advance(time);
        _wait.Look();
    }
}
