using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Sidecar.Upstream;

/// <summary>
/// Exchanges with the app under the names of the runtime's own client, which the direct engine's do not pass through: dashboards see
/// one series, whichever engine carried a request.
/// </summary>
internal static class DirectMetrics
{
    private static readonly Meter Meter = new("System.Net.Http");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram(
        "http.client.request.duration",
        "s",
        "Duration of HTTP client requests.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10] });

    private static readonly object[] Codes = [.. Enumerable.Range(0, 600).Select(static status => (object)status)];

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT"];

    /// <summary>The method as a label: the known ones, and one word for all others.</summary>
    public static string MethodOf(string method)
    {
        foreach (var known in Methods)
        {
            if (method.Equals(known, StringComparison.Ordinal))
            {
                return known;
            }
        }

        return "_OTHER";
    }

    public static string ErrorOf(int status) => status.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether anybody hears of it; what is told to nobody need not be put together.</summary>
    public static bool AreHeard => Duration.Enabled;

    public static void Answered(TimeSpan duration, string method, UpstreamAddress server, int status)
    {
        if (AreHeard)
        {
            Answered(duration, Tags(method, server), status, "1.1");
        }
    }

    public static void Answered(TimeSpan duration, TagList tags, int status, string version)
    {
        tags.Add("http.response.status_code", status < Codes.Length ? Codes[status] : status);
        tags.Add("network.protocol.version", version);
        if (status >= 400)
        {
            tags.Add("error.type", ErrorOf(status));
        }

        Duration.Record(duration.TotalSeconds, tags);
    }

    public static void Failed(TimeSpan duration, string method, UpstreamAddress server, string error) => Failed(duration, Tags(method, server), error);

    public static void Failed(TimeSpan duration, TagList tags, string error)
    {
        tags.Add("error.type", error);
        Duration.Record(duration.TotalSeconds, tags);
    }

    /// <summary>What is known before there is an answer.</summary>
    public static TagList Tags(string method, string host, object port, string scheme) => new()
    {
        { "http.request.method", MethodOf(method) },
        { "server.address", host },
        { "server.port", port },
        { "url.scheme", scheme },
    };

    private static TagList Tags(string method, UpstreamAddress server) => Tags(method, server.Host, server.BoxedPort, "http");
}
