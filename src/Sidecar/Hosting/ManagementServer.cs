using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;

namespace Sidecar.Hosting;

/// <summary>
/// Health, metrics and the Development clock on a port of their own: a second web application, so that no route of either can
/// answer for the other. Starts first and stops last.
/// </summary>
internal sealed class ManagementServer(
    ManagementOptions options,
    Lifecycle lifecycle,
    IReadOnlyList<HealthCheck> checks,
    SidecarClock clock,
    MeterProvider? meters,
    ILoggerFactory logs,
    IReadOnlyList<ManagementDocument> documents,
    bool isDevelopment) : IHostedService, IAsyncDisposable
{
    private readonly WebApplication _app = Build(options, lifecycle, checks, clock, meters, logs, documents, isDevelopment);

    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static WebApplication Build(ManagementOptions options, Lifecycle lifecycle, IReadOnlyList<HealthCheck> checks, SidecarClock clock, MeterProvider? meters, ILoggerFactory logs, IReadOnlyList<ManagementDocument> documents, bool isDevelopment)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (options.Address is { } address)
            {
                kestrel.Listen(address, options.Port);
            }
            else
            {
                // Falls back to IPv4 on nodes without IPv6, where the kubelet's probes must find it all the same.
                kestrel.ListenAnyIP(options.Port);
            }
        });
        var app = builder.Build();
        app.Use(static (context, next) =>
        {
            // Probes and scrapes would stand among the requests of users.
            context.Features.Get<IHttpMetricsTagsFeature>()?.MetricsDisabled = true;
            return next(context);
        });
        if (meters is not null)
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
        return app;
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
