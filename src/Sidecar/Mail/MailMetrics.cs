using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>Owns the instruments of mail. The meter is this queue's own, so that its gauges end with it.</summary>
internal sealed class MailMetrics : IDisposable
{
    /// <summary>The relay of attempts that ended before one was asked.</summary>
    private const string NoRelay = "none";

    private readonly Meter _meter = new(SidecarTelemetry.Name);
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _duration;

    public MailMetrics()
    {
        _attempts = _meter.CreateCounter<long>("sidecar.mail.attempts", "{attempt}", "Attempts to deliver a mail, by outcome");
        _duration = _meter.CreateHistogram<double>("sidecar.mail.duration", "s", "Time a relay took over one attempt", tags: null, new() { HistogramBucketBoundaries = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] });
    }

    public void Watch(Func<int> length, Func<TimeSpan> age)
    {
        _meter.CreateObservableGauge("sidecar.mail.queue.length", length, "{mail}", "Mails waiting, in delivery or between two attempts");
        _meter.CreateObservableGauge("sidecar.mail.queue.age", () => age().TotalSeconds, "s", "Age of the oldest mail in the queue");
    }

    /// <summary>An attempt that reached a relay.</summary>
    public void Tried(string relay, DeliveryOutcome outcome, TimeSpan duration)
    {
        _attempts.Add(1, new TagList { { "relay", relay }, { "outcome", Word(outcome) } });
        _duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("relay", relay));
    }

    /// <summary>An attempt that ended here.</summary>
    public void Ended(DeliveryOutcome outcome) =>
        _attempts.Add(1, new TagList { { "relay", NoRelay }, { "outcome", Word(outcome) } });

    public void Dispose() => _meter.Dispose();

    private static string Word(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Delivered => "delivered",
        DeliveryOutcome.Permanent => "permanent",
        DeliveryOutcome.Expired => "expired",
        DeliveryOutcome.UnknownAccount => "unknown_account",
        _ => "transient",
    };
}
