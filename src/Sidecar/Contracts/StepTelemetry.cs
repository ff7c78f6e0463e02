using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Sidecar.Accounts;
using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.Contracts;

/// <summary>One span, one count and one audit event for each step taken; the address stands there only by its name.</summary>
internal sealed class StepTelemetry(KeyRing keys, ILogger<StepTelemetry> logger)
{
    private const string Purpose = "recovery";

    private static readonly Counter<long> Steps = SidecarTelemetry.Meter.CreateCounter<long>("sidecar.recovery.steps", "{step}", "Steps of the recovery flow by outcome.");

    public static Activity? Start(FlowStep step) => SidecarTelemetry.Source.StartActivity($"recovery {NameOf(step)}", ActivityKind.Internal);

    public void Finish(Activity? span, RagflowRoute route, ClientAddress client, string outcome, string? typed, string limit = "")
    {
        var step = NameOf(route.Step);
        Steps.Add(1, new TagList { { "purpose", Purpose }, { "step", step }, { "outcome", outcome }, { "contract", route.Contract } });
        span?.SetTag("sidecar.outcome", outcome);
        span?.SetTag("sidecar.contract", route.Contract);
        if (logger.IsEnabled(LogLevel.Information))
        {
            new AuditEvent(
            [
                new("event", "recovery.step"),
                new("purpose", Purpose),
                new("step", step),
                new("outcome", outcome),
                new("address_hash", EmailAddress.TryParse(typed, out var address) ? keys.Name(address.Normalised).Value : ""),
                new("client_net", keys.NetworkName(client.Network)),
                new("limit", limit),
                new("trace_id", Activity.Current?.TraceId.ToString() ?? ""),
            ]).WriteTo(logger);
        }
    }

    private static string NameOf(FlowStep step) => step switch
    {
        FlowStep.Captcha => "captcha",
        FlowStep.Code => "otp",
        FlowStep.Verify => "verify",
        _ => "reset",
    };
}
