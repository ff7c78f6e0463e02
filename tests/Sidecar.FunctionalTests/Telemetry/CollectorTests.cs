using System.Text;
using Sidecar.FunctionalTests.Forwarding;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Telemetry;

/// <summary>What leaves the process on the way to a collector: enough to follow a recovery, and nothing anybody could recover with.</summary>
public sealed class CollectorTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Recovery_WithACollector_IsToldAsSpansAndMetricsWithoutASecret(bool isGrpc)
    {
        await using var world = await TracedRecovery.StartAsync(isGrpc);
        await world.RecoverAsync();
        await Eventually.TrueAsync(() => world.Collector.Metrics.Contains("sidecar.recovery.steps"), "metrics");
        var scrape = await RawHttp.SendAsync(new(world.Sidecar.ManagementUrl, "GET", "/metrics"), TestContext.Current.CancellationToken);
        world.Sidecar.Terminate();
        Assert.Equal(0, await world.Sidecar.WaitForExitAsync(Eventually.Patience));

        AssertSpans(world.Collector.Spans);
        string[] metrics =
        [
            "sidecar.recovery.steps", "sidecar.recovery.enabled", "sidecar.limits.decisions", "sidecar.mail.attempts", "sidecar.mail.duration", "sidecar.mail.queue.length",
            "sidecar.store.duration", "sidecar.accounts.lookups", "http.server.request.duration", "http.client.request.duration", "kestrel.active_connections",
        ];
        Assert.Empty(metrics.Except(world.Collector.Metrics));
        Assert.Contains("deployment.environment", world.Collector.Raw, StringComparison.Ordinal);
        foreach (var secret in world.Secrets)
        {
            Assert.DoesNotContain(secret, world.Collector.Raw, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(secret, Encoding.UTF8.GetString(scrape.Body), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(secret, world.Sidecar.StandardOutput, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(secret, world.Sidecar.StandardError, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("yarp")]
    public async Task Forwarded_WithACollector_ContinuesTheClientsTraceToTheApp(string engine)
    {
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        await using var world = await TracedRecovery.StartAsync(isGrpc: false, $"forward.engine={engine}");

        var echo = Echo.Of(await RawHttp.SendAsync(
            new(world.Sidecar.BaseUrl, "GET", "/demo/echo/t") { Headers = [new("traceparent", $"00-{Trace}-00f067aa0ba902b7-01"), new("tracestate", "a=b")] },
            TestContext.Current.CancellationToken));

        await Eventually.TrueAsync(() => world.Collector.Spans.Count(static span => span.TraceId == Trace) >= 2, "both spans");
        var server = Assert.Single(world.Collector.Spans, static span => span is { TraceId: Trace, Kind: CollectedSpan.Server });
        var client = Assert.Single(world.Collector.Spans, static span => span is { TraceId: Trace, Kind: CollectedSpan.Client });
        Assert.Equal("00f067aa0ba902b7", server.ParentId);
        Assert.Equal(server.SpanId, client.ParentId);
        Assert.Equal($"00-{Trace}-{client.SpanId}-01", echo.Value("traceparent"));
        Assert.Equal("a=b", echo.Value("tracestate"));
        Assert.Equal("GET", client.Attributes["http.request.method"]);
        await Eventually.TrueAsync(() => world.Collector.Metrics.Contains("http.client.request.duration"), "how long the app took");
        if (engine == "direct")
        {
            Assert.Contains("sidecar.forward.connections", world.Collector.Metrics);
        }
    }

    /// <summary>An invalid context is nobody's to continue: the app gets the sidecar's own, and one only.</summary>
    [Theory]
    [InlineData("direct")]
    [InlineData("yarp")]
    public async Task Forwarded_WithoutATraceOfTheClients_BeginsOne(string engine)
    {
        await using var world = await TracedRecovery.StartAsync(isGrpc: false, $"forward.engine={engine}");

        var echo = Echo.Of(await RawHttp.SendAsync(new(world.Sidecar.BaseUrl, "GET", "/demo/echo/t") { Headers = [new("traceparent", "00-nonsense")] }, TestContext.Current.CancellationToken));

        var parent = Assert.Single(echo.Values("traceparent"));
        await Eventually.TrueAsync(() => world.Collector.Spans.Any(span => span.Kind == CollectedSpan.Client && parent.Contains(span.SpanId, StringComparison.Ordinal)), "the client span");
    }

    private static void AssertSpans(IReadOnlyList<CollectedSpan> spans)
    {
        // The code that was sent, and not the refused attempt before it.
        var issue = Assert.Single(spans, static span => span.Name == "store issue");
        var step = Assert.Single(spans, span => span.SpanId == issue.ParentId);
        Assert.Equal("recovery otp", step.Name);
        var edge = Assert.Single(spans, span => span.SpanId == step.ParentId);
        Assert.Equal((CollectedSpan.Server, "", "/v1/user/forget/otp"), (edge.Kind, edge.ParentId, edge.Attributes["url.path"]));

        var mails = spans.Where(static span => span.Name == "mail deliver").ToList();
        var mail = Assert.Single(mails, mail => mail.LinkedTraces.SequenceEqual([step.TraceId]));
        Assert.NotEqual(step.TraceId, mail.TraceId);
        Assert.All(["account lookup", "smtp connect", "smtp send"], name => Assert.Single(spans, span => span.Name == name && span.TraceId == mail.TraceId));

        // The notice of the reset goes over the connection that the code went over.
        var notice = Assert.Single(mails, other => other != mail);
        Assert.Contains(spans, span => span.Name == "recovery reset" && notice.LinkedTraces.SequenceEqual([span.TraceId]));
        Assert.Single(spans, span => span.Name == "smtp send" && span.TraceId == notice.TraceId);
        Assert.DoesNotContain(spans, span => span.Name == "smtp connect" && span.TraceId == notice.TraceId);

        Assert.All(["recovery captcha", "recovery verify", "recovery reset"], name => Assert.Contains(spans, span => span.Name == name));
        Assert.DoesNotContain(spans, static span => span.Attributes.GetValueOrDefault("url.path") is "/startupz" or "/metrics");
    }
}
