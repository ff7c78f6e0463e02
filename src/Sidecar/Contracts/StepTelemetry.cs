using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sidecar.Accounts;
using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.Contracts;

/// <summary>One span, one count and one audit event for each decision; the address stands there only by its name.</summary>
internal sealed class StepTelemetry(KeyRing keys, ILogger<StepTelemetry> logger)
{
    /// <summary>The contract of steps that somebody takes on our own pages.</summary>
    public const string Pages = "pages";

    /// <summary>Step and contract of a path that reads as several.</summary>
    private const string Several = "several";

    private static readonly Counter<long> Steps = SidecarTelemetry.Meter.CreateCounter<long>("sidecar.recovery.steps", "{step}", "Steps of the flows by outcome.");

    /// <summary>Opens the span of a step, to be decided before it is disposed of.</summary>
    /// <param name="route">The path asked for; null when it reads as several.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="request">The request, which may be part of a trace.</param>
    public StepDecision Begin(FlowRoute? route, ClientAddress client, HttpRequest request) =>
        new(Start($"{PurposeOf(route)} {NameOf(route?.Step)}", request), (span, outcome, typed, limit) => Record(span, route, client, outcome, typed, limit));

    /// <summary>
    /// Where nothing is traced the step is still named by a trace, the client's if it has one: that is how the log joins what was
    /// asked and what was mailed.
    /// </summary>
    private static Activity? Start(string name, HttpRequest request)
    {
        var span = SidecarTelemetry.Source.StartActivity(name, ActivityKind.Internal);
        if (span is not null || Activity.Current is not null)
        {
            return span;
        }

        var unheard = new Activity(name);
        if (ActivityContext.TryParse(request.Headers.TraceParent, null, out _))
        {
            unheard.SetParentId(request.Headers.TraceParent!);
        }

        return unheard.Start();
    }

    private void Record(Activity? span, FlowRoute? route, ClientAddress client, string outcome, string? typed, string limit)
    {
        var (purpose, step, contract) = (PurposeOf(route), NameOf(route?.Step), route?.Contract ?? Several);
        Steps.Add(1, new TagList { { "purpose", purpose }, { "step", step }, { "outcome", outcome }, { "contract", contract } });
        span?.SetTag("sidecar.outcome", outcome);
        span?.SetTag("sidecar.contract", contract);
        if (limit.Length > 0)
        {
            span?.SetTag("sidecar.limit", limit);
        }

        if (logger.IsEnabled(LogLevel.Information))
        {
            var address = EmailAddress.TryParse(typed, out var parsed) ? keys.Name(parsed.Normalised).Value : "";
            new AuditEvent($"{purpose}.step", purpose, step, outcome, address, keys.NetworkName(client.Network), limit, Activity.Current?.TraceId ?? default).WriteTo(logger);
        }
    }

    private static string PurposeOf(FlowRoute? route) => (route?.Purpose ?? Purpose.Recovery).Word();

    private static string NameOf(FlowStep? step) => step switch
    {
        FlowStep.Captcha => "captcha",
        FlowStep.Code => "otp",
        FlowStep.Verify => "verify",
        FlowStep.Reset => "reset",
        FlowStep.Register => "register",
        _ => Several,
    };
}
