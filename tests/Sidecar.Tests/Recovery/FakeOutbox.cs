using System.Text;
using Sidecar.Mail;

namespace Sidecar.Tests.Recovery;

/// <summary>A queue that tells what was put in it, and ends a waited-for delivery as it is told.</summary>
internal sealed class FakeOutbox : IOutbox
{
    public List<OutboxEntry> Entries { get; } = [];

    public bool CanDeliver { get; set; } = true;

    public bool IsFull { get; set; }

    /// <summary>Whether putting something in fails in a way nobody foresaw.</summary>
    public bool Breaks { get; set; }

    public DeliveryOutcome Ends { get; set; } = DeliveryOutcome.Delivered;

    /// <summary>Waits that were asked for.</summary>
    public List<TimeSpan> Patience { get; } = [];

    /// <summary>The code in the last entry that has one.</summary>
    public string LastCode => Encoding.UTF8.GetString(Entries.FindLast(static entry => entry.Kind == "recovery-code")!.Payload.Span).Split('\n')[1];

    public bool TryEnqueue(OutboxEntry entry)
    {
        if (Breaks)
        {
            throw new InvalidOperationException();
        }

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
