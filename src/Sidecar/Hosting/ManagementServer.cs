using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;

namespace Sidecar.Hosting;

/// <summary>
/// Health, metrics and the Development clock on a port of their own: a second server, so that no route of either can answer for
/// the other, and probes and scrapes do not stand among the requests of users. Starts first and stops last. It is the bare
/// server, without the host of a web application around it, which is a tenth of a start.
/// </summary>
internal sealed class ManagementServer(
    ManagementOptions options,
    Lifecycle lifecycle,
    IReadOnlyList<HealthCheck> checks,
    SidecarClock clock,
    IServiceProvider services,
    IReadOnlyList<ManagementDocument> documents,
    bool isDevelopment) : IHostedService, IHttpApplication<HttpContext>, IDisposable
{
    private readonly KestrelServer _server = Build(options, services.GetRequiredService<ILoggerFactory>());
    private readonly RequestDelegate _answer = Answers(lifecycle, checks, clock, services, documents, isDevelopment);

    public Task StartAsync(CancellationToken cancellationToken) => _server.StartAsync(this, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public void Dispose() => _server.Dispose();

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => _answer(context);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    private static KestrelServer Build(ManagementOptions options, ILoggerFactory logs)
    {
        var kestrel = new KestrelServerOptions { AddServerHeader = false };
        if (options.Address is { } address)
        {
            kestrel.Listen(address, options.Port);
        }
        else
        {
            // Falls back to IPv4 on nodes without IPv6, where the kubelet's probes must find it all the same.
            kestrel.ListenAnyIP(options.Port);
        }

        return new(Options.Create(kestrel), new SocketTransportFactory(Options.Create(new SocketTransportOptions()), logs), logs);
    }

    private static RequestDelegate Answers(Lifecycle lifecycle, IReadOnlyList<HealthCheck> checks, SidecarClock clock, IServiceProvider services, IReadOnlyList<ManagementDocument> documents, bool isDevelopment)
    {
        var app = new ApplicationBuilder(services);
        if (services.GetService<MeterProvider>() is { } meters)
        {
            app.UseOpenTelemetryPrometheusScrapingEndpoint(meters, null, "/metrics", null, null);
        }

        app.Run(context => (context.Request.Method, context.Request.Path.Value) switch
        {
            ("GET" or "HEAD", "/livez") => AnswerAsync(context, 200, "ok"),
            ("GET" or "HEAD", "/startupz") => AnswerAsync(context, lifecycle.IsListening ? 200 : 503, lifecycle.IsListening ? "ok" : "starting"),
            ("GET" or "HEAD", "/readyz") => ReadyAsync(context, lifecycle, checks),
            ("POST", "/dev/advance") when isDevelopment && IPAddress.IsLoopback(context.Connection.RemoteIpAddress ?? IPAddress.None) => AdvanceAsync(context, clock),
            ("GET" or "HEAD", { } path) when documents.FirstOrDefault(document => document.Path == path) is { } document => WriteAsync(context, document),
            _ => AnswerAsync(context, 404, "not found"),
        });
        return app.Build();
    }

    /// <summary>Readiness is this process's alone: the app, Redis and the relay are told of, and change nothing.</summary>
    private static async Task ReadyAsync(HttpContext context, Lifecycle lifecycle, IReadOnlyList<HealthCheck> checks)
    {
        var results = await Task.WhenAll(checks.Select(async check => (check.Name, Result: await check.Run(context.RequestAborted))));
        context.Response.StatusCode = lifecycle.IsReady ? 200 : 503;
        context.Response.ContentType = "application/json";
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        writer.WriteStartObject();
        writer.WriteString("status"u8, lifecycle.IsReady ? "ready" : lifecycle.IsListening ? "draining" : "starting");
        writer.WriteStartObject("checks"u8);
        foreach (var (name, result) in results)
        {
            writer.WriteStartObject(name);
            writer.WriteString("status"u8, result.IsWell ? "ok" : "failing");
            writer.WriteString("detail"u8, result.Detail);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static Task AdvanceAsync(HttpContext context, SidecarClock clock)
    {
        if (!int.TryParse(context.Request.Query["seconds"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return AnswerAsync(context, 400, "give ?seconds=N, a whole number of seconds to move the clock forward");
        }

        clock.Advance(TimeSpan.FromSeconds(seconds));
        return AnswerAsync(context, 200, "ok");
    }

    private static async Task WriteAsync(HttpContext context, ManagementDocument document)
    {
        context.Response.ContentType = document.ContentType;
        var body = document.Body();
        context.Response.ContentLength = body.Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    private static Task AnswerAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text);
    }
}

/// <summary>A document for the app's developers and the app itself.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="ContentType">What it is.</param>
/// <param name="Body">Its content as it is now.</param>
internal sealed record ManagementDocument(string Path, string ContentType, Func<ReadOnlyMemory<byte>> Body);

/// <summary>How a part is doing.</summary>
internal readonly record struct HealthResult(bool IsWell, string Detail);

/// <summary>One entry of <c>/readyz</c>.</summary>
/// <param name="Name"><c>upstream</c>, <c>store</c>, <c>mail</c> or <c>accounts</c>.</param>
/// <param name="Run">Looks, within a second; never throws.</param>
internal sealed record HealthCheck(string Name, Func<CancellationToken, ValueTask<HealthResult>> Run);
