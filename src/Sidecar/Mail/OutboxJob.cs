namespace Sidecar.Mail;

/// <summary>An entry on its way through the queue.</summary>
/// <param name="entry">The entry.</param>
/// <param name="since">When it was queued.</param>
/// <param name="isAwaited">Whether somebody waits for the first attempt, and will not want a second one after a failure.</param>
internal sealed class OutboxJob(OutboxEntry entry, DateTimeOffset since, bool isAwaited)
{
    // Completed by a delivery slot, which must not run the waiting request.
    private readonly TaskCompletionSource<DeliveryOutcome> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OutboxEntry Entry { get; } = entry;

    public DateTimeOffset Since { get; } = since;

    /// <summary>Attempts that failed so far.</summary>
    public int Failures { get; set; }

    /// <summary>How the first attempt ended.</summary>
    public Task<DeliveryOutcome> FirstAttempt => _first.Task;

    /// <summary>Tells how the first attempt ended. True when this ends the job, because somebody waited for that and now knows.</summary>
    public bool Tried(DeliveryOutcome outcome) => _first.TrySetResult(outcome) && isAwaited;

    /// <summary>Whoever waited has gone: from here on the job is like any other, unless its first attempt just ended.</summary>
    public void LetGo() => _first.TrySetResult(DeliveryOutcome.StillQueued);
}
