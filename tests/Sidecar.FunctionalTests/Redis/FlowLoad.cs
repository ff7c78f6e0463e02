using System.Collections.Concurrent;
using System.Diagnostics;
using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.FunctionalTests.Redis;

/// <summary>Flows that begin and are guessed at without pause, each answer timed and each granted guess counted.</summary>
internal sealed class FlowLoad(RedisConnection connection) : IAsyncDisposable
{
    public const int Budget = 5;

    private const int Workers = 8;
    private static readonly HashedCode Code = new("k1", "00", "ff");
    private static readonly FlowRules Rules = new(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(60), Budget, TimeSpan.FromMinutes(30), 3);

    private readonly RedisOtpStore _store = new(connection, new SidecarClock());
    private readonly CancellationTokenSource _stop = new();
    private Task _work = Task.CompletedTask;
    private long _longest;
    private int _answers;
    private int _refused;

    /// <summary>Guesses that were granted to each flow: those that somebody would have had compared.</summary>
    public ConcurrentDictionary<FlowKey, int> Granted { get; } = new();

    public TimeSpan Longest => TimeSpan.FromTicks(Interlocked.Read(ref _longest));

    public int Answers => _answers;

    /// <summary>Steps that were answered "unavailable".</summary>
    public int Refused => _refused;

    public RedisOtpStore Store => _store;

    public void Start() => _work = Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(WorkAsync)));

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _work;
    }

    /// <summary>Guesses at the flows of another load, which count on from what that was granted, until nothing is left of them.</summary>
    public async Task GuessOnAsync(FlowLoad before)
    {
        foreach (var (flow, granted) in before.Granted)
        {
            Granted[flow] = granted;
        }

        await GuessToTheEndAsync();
    }

    /// <summary>Guesses at every flow until nothing is granted any more.</summary>
    public async Task GuessToTheEndAsync()
    {
        foreach (var flow in Granted.Keys)
        {
            for (var i = 0; i < Budget * 3; i++)
            {
                await GuessAsync(flow);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WorkAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var flow = new FlowKey(Purpose.Recovery, new AddressName(Ticket.NewId()), Ticket.NewId());
            var issued = await TimedAsync(async () => (await _store.IssueAsync(new(flow, Ticket.NewId(), TimeSpan.FromMinutes(1), Code, "n", Rules), default)).Outcome == IssueOutcome.Issued);
            if (!issued)
            {
                continue;
            }

            Granted[flow] = 0;
            for (var i = 0; i < 3 && !_stop.IsCancellationRequested; i++)
            {
                await GuessAsync(flow);
            }
        }
    }

    private async Task GuessAsync(FlowKey flow)
    {
        if (await TimedAsync(async () => (await _store.AttemptAsync(flow, default)).Outcome == AttemptOutcome.Counted))
        {
            Granted.AddOrUpdate(flow, 1, static (_, count) => count + 1);
        }
    }

    private async Task<bool> TimedAsync(Func<Task<bool>> step)
    {
        var started = Stopwatch.GetTimestamp();
        var refused = false;
        try
        {
            return await step();
        }
        catch (StoreUnavailableException)
        {
            refused = true;
            Interlocked.Increment(ref _refused);
            return false;
        }
        finally
        {
            var took = Stopwatch.GetElapsedTime(started).Ticks;
            Interlocked.Increment(ref _answers);
            long seen;
            while ((seen = Interlocked.Read(ref _longest)) < took && Interlocked.CompareExchange(ref _longest, took, seen) != seen)
            {
            }

            if (refused)
            {
                // Refusals come at once; nobody asks as fast.
                await Task.Delay(5);
            }
        }
    }
}
