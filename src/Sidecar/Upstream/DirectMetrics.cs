using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Sidecar.Upstream;

/// <summary>
/// Exchanges with the app under the names of the runtime's own client, which these do not pass through: dashboards see one
/// series, whichever engine carried a request.
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

    public static void Answered(TimeSpan duration, string method, UpstreamAddress server, int status)
    {
        if (!Duration.Enabled)
        {
            return;
        }

        var tags = Tags(method, server);
        tags.Add("http.response.status_code", status < Codes.Length ? Codes[status] : status);
        tags.Add("network.protocol.version", "1.1");
        if (status >= 400)
        {
            tags.Add("error.type", ErrorOf(status));
        }

        Duration.Record(duration.TotalSeconds, tags);
    }

    public static void Failed(TimeSpan duration, string method, UpstreamAddress server, string error)
    {
        var tags = Tags(method, server);
        tags.Add("error.type", error);
        Duration.Record(duration.TotalSeconds, tags);
    }

    private static TagList Tags(string method, UpstreamAddress server) => new()
    {
        { "http.request.method", MethodOf(method) },
        { "server.address", server.Host },
        { "server.port", server.BoxedPort },
        { "url.scheme", "http" },
    };
}
