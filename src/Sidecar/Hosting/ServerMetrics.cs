using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sidecar.Hosting;

/// <summary>
/// Requests that never become the server's, under the names of the server's own instruments: the factory hands out the same ones,
/// so that dashboards see one series, whoever answered.
/// </summary>
internal sealed class ServerMetrics
{
    private static readonly object[] Codes = [.. Enumerable.Range(0, 600).Select(static status => (object)status)];

    private readonly UpDownCounter<long> _active;
    private readonly Histogram<double> _duration;

    public ServerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Microsoft.AspNetCore.Hosting");
        _active = meter.CreateUpDownCounter<long>("http.server.active_requests", "{request}", "Number of active HTTP server requests.");
        _duration = meter.CreateHistogram("http.server.request.duration", "s", "Duration of HTTP server requests.", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
        });
    }

    /// <summary>A request has begun, or has ended.</summary>
    public void Count(int change, string method, string scheme)
    {
        if (_active.Enabled)
        {
            _active.Add(change, new("http.request.method", method), new("url.scheme", scheme));
        }
    }

    /// <summary>A request in HTTP/1.1 has been answered.</summary>
    public void Answered(TimeSpan duration, string method, string scheme, int status)
    {
        if (!_duration.Enabled)
        {
            return;
        }

        // No error.type: the server tells there what its own code threw, and nothing of answers that say 500.
        var tags = new TagList
        {
            { "url.scheme", scheme },
            { "http.request.method", method },
            { "http.response.status_code", status < Codes.Length ? Codes[status] : status },
            { "network.protocol.version", "1.1" },
        };
        _duration.Record(duration.TotalSeconds, tags);
    }
}
