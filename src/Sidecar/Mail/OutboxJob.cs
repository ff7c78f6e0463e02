namespace Sidecar.Mail;

/// <summary>An entry on its way through this process.</summary>
/// <param name="entry">The entry.</param>
/// <param name="since">When it was queued.</param>
/// <param name="isAwaited">Whether somebody waits for the first attempt, and will not want a second one after a failure.</param>
internal sealed class OutboxJob(OutboxEntry entry, DateTimeOffset since, bool isAwaited = false) : IDisposable
{
    // Completed by a delivery slot, which must not run the waiting request.
    private readonly TaskCompletionSource<DeliveryOutcome> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _lost = new();

    public OutboxEntry Entry { get; } = entry;

    public DateTimeOffset Since { get; } = since;

    public bool IsAwaited { get; } = isAwaited;

    /// <summary>Attempts that failed so far.</summary>
    public int Failures { get; set; }

    /// <summary>How the first attempt ended.</summary>
    public Task<DeliveryOutcome> FirstAttempt => _first.Task;

    /// <summary>Whether nobody else may send it, as far as is known without asking; always, where there is nobody else.</summary>
    public Func<bool> IsOurs { get; set; } = static () => true;

    /// <summary>Cancelled by <see cref="Confirm"/> when the job is not ours any more.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Asked at the last moment before a relay is given the text: throws when somebody else may be sending it by now.</summary>
    public void Confirm()
    {
        if (!IsOurs())
        {
            _lost.Cancel();
            throw new OperationCanceledException(_lost.Token);
        }
    }

    /// <summary>Tells how the first attempt ended. True when this ends the job, because somebody waited for that and now knows.</summary>
    public bool Tried(DeliveryOutcome outcome) => _first.TrySetResult(outcome) && IsAwaited;

    /// <summary>Whoever waited has gone: from here on the job is like any other, unless its first attempt just ended.</summary>
    public void LetGo() => _first.TrySetResult(DeliveryOutcome.StillQueued);

    public void Dispose() => _lost.Dispose();
}
