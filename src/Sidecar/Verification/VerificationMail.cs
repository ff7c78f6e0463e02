using System.Diagnostics;
using System.Text;
using Sidecar.Accounts;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Proof;

namespace Sidecar.Verification;

/// <summary>
/// The verification mails. Whether the address has an account is found out when the mail goes out: who has one is told so, and gets
/// no code; the client is told nothing of it.
/// </summary>
/// <param name="smtp">The relay.</param>
/// <param name="accounts">Who has an account; null where the app cannot be asked: then everybody gets a code.</param>
/// <param name="clock">The clock that ends codes.</param>
/// <param name="audit">Hears how each mail ended.</param>
internal sealed class VerificationMail(SmtpOptions smtp, IAccountLookup? accounts, TimeProvider clock, MailAudit? audit = null) : IOutboxResolver, IProofMail
{
    /// <summary>For an address that has no account.</summary>
    public static readonly TemplateRule CodeTemplate = new("verify-code", ["code", "ttl_min", "requested_at", "requested_from"], ["code"]);

    /// <summary>For an address that has one.</summary>
    public static readonly TemplateRule ExistsTemplate = new("verify-exists", ["requested_at", "requested_from"], []);

    public string Kind => "verification-code";

    public bool IsConfigured => smtp.IsConfigured;

    /// <summary>The entry for a code: lifetime in minutes, code, address, language, instant and origin, one a line.</summary>
    public OutboxEntry Code(EmailAddress address, string code, TimeSpan lifetime, Asker asker)
    {
        var payload = $"{Math.Max(1, (int)lifetime.TotalMinutes)}\n{code}\n{address.Typed}\n{asker.Language}\n{MailMoment.Of(clock)}\n{asker.From}";
        return new(Kind, Encoding.UTF8.GetBytes(payload), clock.GetUtcNow() + lifetime, Activity.Current?.Context ?? default);
    }

    /// <summary>Nobody signs up twice.</summary>
    public async ValueTask<ProofOutcome?> RefusalAsync(EmailAddress address, CancellationToken cancellationToken) =>
        await AccountAsync(address, cancellationToken) is null ? null : new ProofOutcome.AddressTaken();

    public async ValueTask<Resolution> ResolveAsync(OutboxEntry entry, CancellationToken cancellationToken)
    {
        var parts = Read(entry);
        if (!EmailAddress.TryParse(parts[2], out var address))
        {
            return new Resolution.NoAccount();
        }

        Dictionary<string, object?> model = new() { ["requested_at"] = parts[4], ["requested_from"] = parts[5] };
        if (await AccountAsync(address, cancellationToken) is { } account)
        {
            return new Resolution.Send(new Letter(account.Address, ExistsTemplate.Name, parts[3], model));
        }

        (model["code"], model["ttl_min"]) = (parts[1], parts[0]);
        return new Resolution.Send(new Letter(address.Typed, CodeTemplate.Name, parts[3], model));
    }

    public void Ended(OutboxEntry entry, DeliveryOutcome outcome)
    {
        if (EmailAddress.TryParse(Read(entry)[2], out var address))
        {
            audit?.Ended(Purpose.Verification, "mail", address.Normalised, outcome, entry.Parent);
        }
    }

    private async ValueTask<Account?> AccountAsync(EmailAddress address, CancellationToken cancellationToken) =>
        accounts is null ? null : await accounts.FindAsync(address, cancellationToken);

    private static string[] Read(OutboxEntry entry) => Encoding.UTF8.GetString(entry.Payload.Span).Split('\n');
}
