using System.Text;
using Sidecar.Hosting;
using Sidecar.Mail;

namespace Sidecar.Tests.Proof;

/// <summary>A queue that tells what was put in it, and ends a waited-for delivery as it is told.</summary>
internal sealed class FakeOutbox : IOutbox
{
    public List<OutboxEntry> Entries { get; } = [];

    public bool CanDeliver { get; set; } = true;

    public bool IsFull { get; set; }

    /// <summary>Whether the queue cannot be reached.</summary>
    public bool IsDown { get; set; }

    /// <summary>Whether putting something in fails in a way nobody foresaw.</summary>
    public bool Breaks { get; set; }

    public DeliveryOutcome Ends { get; set; } = DeliveryOutcome.Delivered;

    /// <summary>Waits that were asked for.</summary>
    public List<TimeSpan> Patience { get; } = [];

    /// <summary>The code in the last entry that has one.</summary>
    public string LastCode => Encoding.UTF8.GetString(Entries.FindLast(static entry => entry.Kind.EndsWith("-code", StringComparison.Ordinal))!.Payload.Span).Split('\n')[1];

    public ValueTask<bool> EnqueueAsync(OutboxEntry entry)
    {
        if (IsDown)
        {
            throw new StoreUnavailableException("down");
        }

        if (Breaks)
        {
            throw new InvalidOperationException();
        }

        if (!IsFull)
        {
            Entries.Add(entry);
        }

        return new(!IsFull);
    }

    public async ValueTask<DeliveryOutcome> EnqueueAndWaitAsync(OutboxEntry entry, TimeSpan patience, CancellationToken cancellationToken)
    {
        Patience.Add(patience);
        return await EnqueueAsync(entry) ? Ends : DeliveryOutcome.QueueFull;
    }
}
