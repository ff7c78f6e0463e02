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
    /// <param name="purpose">What the address was to be proven for.</param>
    /// <param name="kind">Which of its mails, such as <c>mail</c> for the code's.</param>
    /// <param name="normalisedAddress">Whose mail; only its name is told.</param>
    /// <param name="outcome">What became of it.</param>
    /// <param name="asked">The trace of the request that asked.</param>
    public void Ended(Purpose purpose, string kind, string normalisedAddress, DeliveryOutcome outcome, ActivityContext asked)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            new AuditEvent($"{purpose.Word()}.{kind}", purpose.Word(), "mail", Word(outcome), keys.Name(normalisedAddress).Value, "", "", asked.TraceId).WriteTo(logger);
        }
    }

    private static string Word(DeliveryOutcome outcome) => outcome switch
    {
        DeliveryOutcome.Delivered => "delivered",
        DeliveryOutcome.Permanent => "permanent",
        DeliveryOutcome.Expired => "expired",
        DeliveryOutcome.UnknownAccount => "unknown_account",
        DeliveryOutcome.Superseded => "superseded",
        _ => "given_up",
    };
}
