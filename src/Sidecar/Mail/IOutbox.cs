using System.Diagnostics;

namespace Sidecar.Mail;

/// <summary>
/// Where mail waits to be sent, off the request. An entry says only what to send to whom once its time comes; what that
/// means is decided by the <see cref="IOutboxResolver"/> of its kind when a delivery slot takes it.
/// </summary>
internal interface IOutbox
{
    /// <summary>Whether any relay can deliver, as the relays' own probing last found. Never waits.</summary>
    bool CanDeliver { get; }

    /// <summary>Puts an entry in the queue, where it outlives this call and, in Redis, this process. False when the queue is full.</summary>
    /// <exception cref="Sidecar.Hosting.StoreUnavailableException">The queue cannot be reached.</exception>
    ValueTask<bool> EnqueueAsync(OutboxEntry entry);

    /// <summary>
    /// Puts an entry in the queue and waits for its first delivery attempt, at most <paramref name="patience"/>. An attempt that
    /// fails in that time is the last one: whoever waited is told, and does not want a mail later.
    /// </summary>
    /// <exception cref="Sidecar.Hosting.StoreUnavailableException">The queue cannot be reached.</exception>
    ValueTask<DeliveryOutcome> EnqueueAndWaitAsync(OutboxEntry entry, TimeSpan patience, CancellationToken cancellationToken);
}

/// <summary>A mail to be, as the queue keeps it.</summary>
/// <param name="Kind">Names the resolver, such as <c>recovery-code</c>.</param>
/// <param name="Payload">What the resolver wrote for itself; opaque here, and never logged.</param>
/// <param name="Expires">After this instant the entry is dropped, never sent.</param>
/// <param name="Parent">The trace of the request that asked; the delivery's span links to it.</param>
internal sealed record OutboxEntry(string Kind, ReadOnlyMemory<byte> Payload, DateTimeOffset Expires, ActivityContext Parent)
{
    /// <summary>Names the entry in the queue, and its mail at every attempt.</summary>
    public string Id { get; init; } = Message.NewId();

    /// <summary>How long the entry waits before a slot may take it. Not while somebody waits for its first attempt.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>
    /// A name that says nothing to others, such as that of a flow: an older entry of the same name that no slot has taken makes
    /// way. Empty: none does.
    /// </summary>
    public string Supersedes { get; init; } = "";
}

/// <summary>Turns entries of one kind into letters; implemented by the flows.</summary>
internal interface IOutboxResolver
{
    string Kind { get; }

    /// <summary>What becomes of the entry now. Throws only when a later attempt may fare better.</summary>
    ValueTask<Resolution> ResolveAsync(OutboxEntry entry, CancellationToken cancellationToken);

    /// <summary>Hears once how the entry ended for good; <see cref="DeliveryOutcome.Transient"/> when the queue gave it up.</summary>
    void Ended(OutboxEntry entry, DeliveryOutcome outcome)
    {
    }
}

/// <summary>What a resolver made of an entry.</summary>
internal abstract record Resolution
{
    /// <summary>Send this.</summary>
    public sealed record Send(Letter Letter) : Resolution;

    /// <summary>
    /// Send nothing, because there is no such account. The slot is held as long as a delivery takes, so that the time of
    /// somebody's next mail does not tell.
    /// </summary>
    public sealed record NoAccount : Resolution;
}

/// <summary>A mail before its words: recipient, template and model.</summary>
/// <param name="To">The address as it goes to the relay.</param>
/// <param name="Template">The template's name, such as <c>reset-code</c>.</param>
/// <param name="Language">The language wanted, such as <c>en</c>; the default where the template has no such version.</param>
/// <param name="Model">What the template may name. Dictionaries only: under native AOT, Handlebars renders objects as nothing.</param>
internal sealed record Letter(string To, string Template, string Language, Dictionary<string, object?> Model);

/// <summary>How an attempt to deliver ended.</summary>
internal enum DeliveryOutcome
{
    /// <summary>The relay took the mail.</summary>
    Delivered,

    /// <summary>Failed in a way that a later attempt may not; no recipient was offered, or the relay said to come back.</summary>
    Transient,

    /// <summary>The relay refuses this recipient or message for good.</summary>
    Permanent,

    /// <summary>The entry's time was over before a slot was free.</summary>
    Expired,

    /// <summary>A newer entry took its place before it was sent.</summary>
    Superseded,

    /// <summary>There was no account to mail.</summary>
    UnknownAccount,

    /// <summary>The caller's patience ended before the first attempt did; the entry stays queued.</summary>
    StillQueued,

    /// <summary>The queue was full.</summary>
    QueueFull,
}
