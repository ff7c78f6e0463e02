namespace Sidecar.Mail;

/// <summary>Where entries wait: in this process or in Redis. Which of them is sent when is the same for both, and not decided here.</summary>
internal interface IMailQueue : IDisposable
{
    /// <summary>Entries waiting, in delivery or between two attempts, as last seen. Never waits.</summary>
    int Length { get; }

    /// <summary>How long the oldest has been there, as last seen. Never waits.</summary>
    TimeSpan Age { get; }

    /// <summary>Begins to hand out jobs.</summary>
    /// <param name="canDeliver">Whether it is worth handing out any that have not ended.</param>
    void Start(Func<bool> canDeliver);

    /// <summary>Adds a job. One that is awaited is handed out here, and at once.</summary>
    /// <exception cref="Sidecar.Hosting.StoreUnavailableException">It was not kept.</exception>
    ValueTask<Addition> AddAsync(OutboxJob job);

    /// <summary>Waits for a job whose time has come. From here on it is the caller's, until it is removed or put back.</summary>
    ValueTask<OutboxJob> TakeAsync(CancellationToken cancellationToken);

    /// <summary>Ends a job. True when it was still this process's to end.</summary>
    ValueTask<bool> RemoveAsync(OutboxJob job, CancellationToken cancellationToken);

    /// <summary>Lets a job wait. Not null when it ended instead, and how.</summary>
    ValueTask<DeliveryOutcome?> PutBackAsync(OutboxJob job, TimeSpan pause, CancellationToken cancellationToken);

    /// <summary>Ends the pauses, because what they waited for may be over.</summary>
    void Hurry();

    /// <summary>Takes no more than has to be; completes when all of it is done.</summary>
    Task DrainAsync();

    /// <summary>Leaves what is left to others. Returns what nobody will send any more.</summary>
    ValueTask<IReadOnlyList<OutboxJob>> CloseAsync();
}

/// <param name="IsAccepted">Whether there was room.</param>
/// <param name="Superseded">The entry that made way.</param>
internal readonly record struct Addition(bool IsAccepted, OutboxEntry? Superseded = null);
