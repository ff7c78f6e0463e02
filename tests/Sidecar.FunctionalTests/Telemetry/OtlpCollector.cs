using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Telemetry;

/// <summary>A collector that takes everything, over gRPC or HTTP, and keeps it.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private const int GrpcPrefix = 5;

    private readonly WebApplication web;
    private readonly ConcurrentQueue<(bool IsTraces, byte[] Body)> requests = [];

    private OtlpCollector(bool isGrpc)
    {
        Endpoint = new Uri($"http://127.0.0.1:{FreePort.Next()}");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, Endpoint.Port, listen => listen.Protocols = isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        web = builder.Build();
        web.Run(context => TakeAsync(context, isGrpc));
    }

    public Uri Endpoint { get; }

    public IReadOnlyList<CollectedSpan> Spans =>
        [.. requests.Where(static request => request.IsTraces).SelectMany(static request => CollectedSpan.In(new WireMessage(request.Body)))];

    /// <summary>Names of all metrics: resource, scope, metric, name.</summary>
    public IReadOnlySet<string> Metrics =>
        (from request in requests
         where !request.IsTraces
         from resource in new WireMessage(request.Body).Messages(1)
         from scope in resource.Messages(2)
         from metric in scope.Messages(2)
         select metric.Text(1)).ToHashSet();

    /// <summary>Everything that was sent, one character a byte: texts stand in protobuf as they are.</summary>
    public string Raw => string.Concat(requests.Select(static request => Encoding.Latin1.GetString(request.Body)));

    public static async Task<OtlpCollector> StartAsync(bool isGrpc)
    {
        var collector = new OtlpCollector(isGrpc);
        await collector.web.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    public ValueTask DisposeAsync() => web.DisposeAsync();

    private async Task TakeAsync(HttpContext context, bool isGrpc)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        requests.Enqueue((context.Request.Path.Value!.Contains("trace", StringComparison.OrdinalIgnoreCase), body.ToArray()[(isGrpc ? GrpcPrefix : 0)..]));
        if (isGrpc)
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[GrpcPrefix], context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", "0");
        }
    }
}
