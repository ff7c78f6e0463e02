using System.Collections;

namespace Sidecar.Hosting;

/// <summary>Where traces and metrics go.</summary>
/// <param name="OtlpEndpoint">
/// <c>telemetry.otlp_endpoint</c>: an OTLP collector; else that of the standard <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>. By default none,
/// and then nothing is traced. The other standard <c>OTEL_EXPORTER_OTLP_*</c> variables hold as well.
/// </param>
/// <param name="UsesHttp"><c>telemetry.otlp_protocol</c>: <c>grpc</c> (default) or <c>http/protobuf</c>.</param>
/// <param name="SampleRatio"><c>telemetry.sample_percent</c>: how many of 100 traces that begin here are kept. Default 100.</param>
/// <param name="Metrics">
/// <c>telemetry.metrics</c>: whether anything is measured. Default true. False: no <c>/metrics</c>, none to the collector, and no
/// work for it in any request.
/// </param>
internal sealed record TelemetryOptions(Uri? OtlpEndpoint, bool UsesHttp, double SampleRatio, bool Metrics)
{
    public const string Section = "telemetry";

    public static TelemetryOptions Read(SettingsSection root, IDictionary environment)
    {
        var section = root.Section(Section);
        var endpoint = section.Text("otlp_endpoint", environment["OTEL_EXPORTER_OTLP_ENDPOINT"] as string ?? "");
        Uri? uri = null;
        if (endpoint.Length > 0 && (!Uri.TryCreate(endpoint, UriKind.Absolute, out uri) || uri.Scheme is not ("http" or "https")))
        {
            section.Reject("otlp_endpoint", "is not the address of a collector", "write it as http://collector:4317");
            uri = null;
        }

        var http = section.Choice("otlp_protocol", environment["OTEL_EXPORTER_OTLP_PROTOCOL"] is "http/protobuf", ("grpc", false), ("http/protobuf", true));
        return new(uri, http, section.Int("sample_percent", 100, 0, 100) / 100.0, section.Bool("metrics", true));
    }
}
