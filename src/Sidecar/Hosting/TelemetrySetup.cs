using System.Collections;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Sidecar.Hosting;

/// <summary>
/// Joins the meters and spans to their exporters: Prometheus unless metrics are off, OTLP where a collector is named. Nothing is
/// traced without one.
/// </summary>
internal static class TelemetrySetup
{
    /// <summary>
    /// Sets of label values of one instrument that are told apart; those beyond become one, labelled <c>otel_metric_overflow</c>.
    /// Reached only where an app answers with hundreds of different statuses: nothing else here is a client's to choose.
    /// </summary>
    public const int MostSeries = 200;

    /// <summary>The same for the runtime's own, whose values are few: room for all sets is taken at the start, some 20 KiB of memory for 200.</summary>
    public const int MostRuntimeSeries = 50;

    private static readonly string[] Meters =
    [
        SidecarTelemetry.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime",
    ];

    private static readonly string[] ClientTags =
    [
        "http.request.method", "http.response.status_code", "error.type", "network.protocol.version", "server.port", "url.scheme", "http.connection.state",
    ];

    /// <param name="builder">The process.</param>
    /// <param name="options">Where to.</param>
    /// <param name="managementPort">Whose requests are asked too often to be worth a span.</param>
    /// <param name="takenOver">The plain path of a raw target that is a recovery step; null for every other.</param>
    public static void AddTelemetry(this WebApplicationBuilder builder, TelemetryOptions options, int managementPort, Func<string, string?> takenOver)
    {
        builder.Configuration.AddInMemoryCollection(StandardVariables());
        builder.Services.AddFixedMonitor(new PrometheusAspNetCoreOptions()).AddFixedMonitor(new OpenTelemetry.SelfDiagnostics.SelfDiagnosticsOptions());
        var telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(static resource => resource.AddService("sidecar"));
        if (options.Metrics)
        {
            telemetry.WithMetrics(metrics =>
            {
                metrics.AddMeter(Meters).AddView(Bound).AddPrometheusExporter();
                if (options.OtlpEndpoint is not null)
                {
                    metrics.AddOtlpExporter(exporter => Configure(exporter, options, "v1/metrics"));
                }
            });
        }

        if (options.OtlpEndpoint is null)
        {
            return;
        }

        telemetry.WithTracing(tracing => tracing
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(options.SampleRatio)))
            .AddSource(SidecarTelemetry.Name, "Yarp.ReverseProxy")
            .AddAspNetCoreInstrumentation(web =>
            {
                web.Filter = context => context.Connection.LocalPort != managementPort;
                web.EnrichWithHttpResponse = (activity, response) => Clean(activity, response.HttpContext, takenOver);
            })
            .AddHttpClientInstrumentation(static http => http.FilterHttpRequestMessage = static request => !request.Options.TryGetValue(SidecarTelemetry.NamesSomebody, out _))
            .AddOtlpExporter(exporter => Configure(exporter, options, "v1/traces")));
    }

    /// <summary>Of requests to the app all but the host is kept: that is what the client wrote.</summary>
    private static MetricStreamConfiguration Bound(Instrument instrument) =>
        instrument.Meter == SidecarTelemetry.AppConnections && instrument.Name is "http.client.request.duration" or "http.client.active_requests" ? MetricStreamConfiguration.Drop
        : instrument.Name.StartsWith("http.client.", StringComparison.Ordinal) ? new() { CardinalityLimit = MostSeries, TagKeys = ClientTags }
        : new() { CardinalityLimit = instrument.Meter.Name == "System.Runtime" ? MostRuntimeSeries : MostSeries };

    /// <summary>The query of a taken-over route is an address, and so may be what a disguised path hides behind an escaped question mark.</summary>
    private static void Clean(Activity activity, HttpContext context, Func<string, string?> takenOver)
    {
        if (takenOver(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget) is { } path)
        {
            activity.SetTag("url.query", null);
            activity.SetTag("url.path", path);
        }
    }

    /// <summary>The variables that the OpenTelemetry specification names (<c>OTEL_…</c>); an empty host reads no environment by itself.</summary>
    private static IEnumerable<KeyValuePair<string, string?>> StandardVariables() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .Where(static entry => ((string)entry.Key).StartsWith("OTEL_", StringComparison.Ordinal))
        .Select(static entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value));

    private static void Configure(OtlpExporterOptions exporter, TelemetryOptions options, string path)
    {
        exporter.Protocol = options.UsesHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = options.UsesHttp ? new Uri(options.OtlpEndpoint!.ToString().TrimEnd('/') + "/" + path) : options.OtlpEndpoint!;
    }
}
