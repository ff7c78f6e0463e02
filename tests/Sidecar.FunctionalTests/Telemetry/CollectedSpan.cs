namespace Sidecar.FunctionalTests.Telemetry;

/// <summary>A span as it reached the collector; ids in hex, <see cref="ParentId"/> empty at a trace's root.</summary>
internal sealed record CollectedSpan(string TraceId, string SpanId, string ParentId, string Name, int Kind, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> LinkedTraces)
{
    public const int Server = 2;
    public const int Client = 3;

    /// <summary>All spans of an <c>ExportTraceServiceRequest</c>; the numbers are those of opentelemetry-proto.</summary>
    public static IEnumerable<CollectedSpan> In(WireMessage request) =>
        from resource in request.Messages(1)
        from scope in resource.Messages(2)
        from span in scope.Messages(2)
        select new CollectedSpan(
            span.Hex(1),
            span.Hex(2),
            span.Hex(4),
            span.Text(5),
            (int)span.Number(6),
            span.Messages(9).ToDictionary(static pair => pair.Text(1), static pair => pair.Messages(2).Select(static value => value.Text(1)).FirstOrDefault("")),
            [.. span.Messages(13).Select(static link => link.Hex(1))]);
}
