using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sidecar.Hosting;

/// <summary>
/// One step against a store: its span and its duration. The outcome stays <c>unavailable</c> unless somebody says how it ended.
/// </summary>
internal sealed class StoreOperation : IDisposable
{
    private static readonly Histogram<double> Duration = SidecarTelemetry.Meter.CreateHistogram<double>(
        "sidecar.store.duration", "s", "How long steps against the store took.", tags: null, new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1] });

    private readonly string _operation;
    private readonly Activity? _span;
    private readonly long _started;
    private string _outcome;

    private StoreOperation(string operation)
    {
        _operation = operation;
        // Looking for mails every half second is nobody's request, and would be most of all traces.
        _span = SidecarTelemetry.Source.HasListeners() && Activity.Current is not null ? SidecarTelemetry.Source.StartActivity($"store {operation}", ActivityKind.Client) : null;
        _started = Stopwatch.GetTimestamp();
        _outcome = "unavailable";
    }

    public static StoreOperation Start(string operation) => new(operation);

    /// <summary>Names how the step ended, in snake case.</summary>
    public void Ended(string outcome) => _outcome = outcome;

    public void Dispose()
    {
        Duration.Record(
            Stopwatch.GetElapsedTime(_started).TotalSeconds,
            new KeyValuePair<string, object?>("operation", _operation),
            new KeyValuePair<string, object?>("outcome", _outcome));
        if (_span is not null)
        {
            _span.SetTag("outcome", _outcome);
            _span.SetStatus(_outcome == "unavailable" ? ActivityStatusCode.Error : ActivityStatusCode.Unset);
            _span.Dispose();
        }
    }
}
