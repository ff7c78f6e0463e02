using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;

namespace Sidecar.Proof;

/// <summary>
/// Tells what became of each mail, under the trace of the request that asked for it. Here is where operators learn
/// whether there was an account; no client does.
/// </summary>
internal sealed class MailAudit(KeyRing keys, ILogger<MailAudit> logger)
{
    public void Ended(Purpose purpose, string normalisedAddress, DeliveryOutcome outcome, ActivityContext asked)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            new AuditEvent($"{purpose.Word()}.mail", purpose.Word(), "mail", Word(outcome), keys.Name(normalisedAddress).Value, "", "", asked.TraceId).WriteTo(logger);
        }
    }

    private static string Word(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Delivered => "delivered",
        DeliveryOutcome.Permanent => "permanent",
        DeliveryOutcome.Expired => "expired",
        DeliveryOutcome.UnknownAccount => "unknown_account",
        _ => "given_up",
    };
}
