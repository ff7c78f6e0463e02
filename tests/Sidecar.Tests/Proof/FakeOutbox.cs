using System.Text;
using Sidecar.Mail;

namespace Sidecar.Tests.Proof;

/// <summary>A queue that tells what was put in it, and ends a waited-for delivery as it is told.</summary>
internal sealed class FakeOutbox : IOutbox
{
    public List<OutboxEntry> Entries { get; } = [];

    public bool CanDeliver { get; set; } = true;

    public bool IsFull { get; set; }

    public DeliveryOutcome Ends { get; set; } = DeliveryOutcome.Delivered;

    /// <summary>Waits that were asked for.</summary>
    public List<TimeSpan> Patience { get; } = [];

    /// <summary>The code in the last entry.</summary>
    public string LastCode => Encoding.UTF8.GetString(Entries[^1].Payload.Span).Split('\n')[1];

    public bool TryEnqueue(OutboxEntry entry)
    {
        if (!IsFull)
        {
            Entries.Add(entry);
        }

        return !IsFull;
    }

    public ValueTask<DeliveryOutcome> EnqueueAndWaitAsync(OutboxEntry entry, TimeSpan patience, CancellationToken cancellationToken)
    {
        Patience.Add(patience);
        return new(TryEnqueue(entry) ? Ends : DeliveryOutcome.QueueFull);
    }
}
