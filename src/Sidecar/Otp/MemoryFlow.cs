using Sidecar.Hosting;

namespace Sidecar.Otp;

/// <summary>One flow of the memory store: its code, its tries and its lock. Instants in milliseconds.</summary>
internal sealed class MemoryFlow
{
    private readonly HashedCode _code;
    private readonly int _budget;
    private readonly long _lock;
    private readonly LimitOptions _guesses;
    private int _tries;

    private MemoryFlow(IssueRequest request)
    {
        _code = request.Code;
        _budget = request.Rules.Tries;
        _lock = (long)request.Rules.Lock.TotalMilliseconds;
        _guesses = request.Rules.Limits.Guesses;
        Network = request.ClientNetwork;
    }

    /// <summary>Grows with time, so that a generation is never given twice, even after the flow was forgotten.</summary>
    public long Generation { get; private init; }

    public string Network { get; }

    /// <summary>Gives back what the code took from the address's limits; null once that is done.</summary>
    public Action? GiveBack { get; set; }

    /// <summary>When the code ends.</summary>
    public long Ends { get; set; }

    /// <summary>When the flow opens again; zero as long as it was not closed.</summary>
    public long Locked { get; private set; }

    /// <summary>When there is nothing left to remember: tries are remembered beyond the code, since a resend must not give them back.</summary>
    public long Keep { get; private set; }

    public static MemoryFlow Issued(MemoryFlow? known, IssueRequest request, long now)
    {
        var ends = now + (long)request.Rules.CodeLifetime.TotalMilliseconds;
        var carried = known is { Locked: 0 } ? known : null;
        return new MemoryFlow(request)
        {
            Generation = Math.Max((known?.Generation ?? 0) + 1, now),
            Ends = ends,
            Keep = Math.Max(carried?.Keep ?? 0, ends),
            _tries = carried?._tries ?? 0,
        };
    }

    public bool IsLive(long now) => Locked == 0 && Ends > now;

    /// <summary>Counts a try before anything is compared; the last of the budget closes the flow, and is still compared.</summary>
    public AttemptResult Attempt(MemoryBudgets budgets, long now)
    {
        if (Locked > now)
        {
            return new(AttemptOutcome.Locked);
        }

        if (!IsLive(now))
        {
            return new(AttemptOutcome.NoLiveCode);
        }

        var guesses = budgets.Judge(_guesses, now);
        if (guesses.Decision == BudgetDecision.Refused)
        {
            return new(AttemptOutcome.GuessesSpent, Guesses: guesses);
        }

        budgets.Take(guesses, _guesses, now);
        _tries++;
        Keep = Math.Max(Math.Max(Keep, Ends), now + _lock);
        if (_tries >= _budget)
        {
            Locked = now + _lock;
        }

        return new(AttemptOutcome.Counted, _code, Generation, guesses);
    }
}
