using System.Diagnostics;
using System.Text;
using Sidecar.Accounts;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Proof;

namespace Sidecar.Recovery;

/// <summary>
/// The recovery mails: what the queue keeps of them, and what becomes of it when its time comes. The account is looked up
/// here, in the worker, where no client waits for it.
/// </summary>
internal sealed class RecoveryMail(SmtpOptions smtp, IAccountLookup accounts, TimeProvider clock, MailAudit? audit = null) : IOutboxResolver, IProofMail
{
    /// <summary>The templates these mails need.</summary>
    public static readonly TemplateRule Template = new("reset-code", ["code", "ttl_min", "requested_at", "requested_from"], ["code"]);

    public string Kind => "recovery-code";

    public bool IsConfigured => smtp.IsConfigured;

    /// <summary>The entry for a code: lifetime in minutes, code, address, language, instant and origin, one a line.</summary>
    public OutboxEntry Code(EmailAddress address, string code, TimeSpan lifetime, Asker asker)
    {
        var payload = $"{Math.Max(1, (int)lifetime.TotalMinutes)}\n{code}\n{address.Typed}\n{asker.Language}\n{MailMoment.Of(clock)}\n{asker.From}";
        return new(Kind, Encoding.UTF8.GetBytes(payload), clock.GetUtcNow() + lifetime, Activity.Current?.Context ?? default);
    }

    /// <summary>Nobody recovers what nobody has.</summary>
    public async ValueTask<ProofOutcome?> RefusalAsync(EmailAddress address, CancellationToken cancellationToken) =>
        await accounts.ExistsAsync(address, cancellationToken) ? null : new ProofOutcome.UnknownAddress();

    public async ValueTask<Resolution> ResolveAsync(OutboxEntry entry, CancellationToken cancellationToken)
    {
        var parts = Read(entry);
        if (!EmailAddress.TryParse(parts[2], out var address) || !await accounts.ExistsAsync(address, cancellationToken))
        {
            return new Resolution.NoAccount();
        }

        return new Resolution.Send(new Letter(address.Typed, Template.Name, parts[3], new()
        {
            ["code"] = parts[1],
            ["ttl_min"] = parts[0],
            ["requested_at"] = parts[4],
            ["requested_from"] = parts[5],
        }));
    }

    public void Ended(OutboxEntry entry, DeliveryOutcome outcome)
    {
        if (EmailAddress.TryParse(Read(entry)[2], out var address))
        {
            audit?.Ended(Purpose.Recovery, "mail", address.Normalised, outcome, entry.Parent);
        }
    }

    private static string[] Read(OutboxEntry entry) => Encoding.UTF8.GetString(entry.Payload.Span).Split('\n');
}
