using System.Diagnostics;
using System.Text;
using Sidecar.Accounts;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Proof;

namespace Sidecar.Recovery;

/// <summary>The mail that tells an owner of a reset that was done. The app just took it, so whether there is an account is no question.</summary>
/// <param name="clock">The clock that ends news.</param>
/// <param name="audit">Hears how each mail ended.</param>
/// <param name="accounts">Knows how the address is stored; null where nobody does.</param>
internal sealed class NoticeMail(TimeProvider clock, MailAudit? audit = null, IAccountLookup? accounts = null) : IOutboxResolver
{
    /// <summary>Later than this the news is none, and a relay that was down for so long has other mails to send.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>The template of this mail.</summary>
    public static readonly TemplateRule Template = new("reset-notice", ["requested_at", "requested_from"], []);

    public string Kind => "recovery-notice";

    /// <summary>The entry for a notice: address, language, instant and origin, one a line. Nothing in it is a secret.</summary>
    public OutboxEntry Entry(EmailAddress address, Asker asker)
    {
        var payload = $"{address.Typed}\n{asker.Language}\n{MailMoment.Of(clock)}\n{asker.From}";
        return new(Kind, Encoding.UTF8.GetBytes(payload), clock.GetUtcNow() + Lifetime, Activity.Current?.Context ?? default);
    }

    public async ValueTask<Resolution> ResolveAsync(OutboxEntry entry, CancellationToken cancellationToken)
    {
        var parts = Read(entry);
        var stored = accounts is not null && EmailAddress.TryParse(parts[0], out var address) ? await accounts.FindAsync(address, cancellationToken) : null;
        return new Resolution.Send(new Letter(stored?.Address ?? parts[0], Template.Name, parts[1], new() { ["requested_at"] = parts[2], ["requested_from"] = parts[3] }));
    }

    public void Ended(OutboxEntry entry, DeliveryOutcome outcome)
    {
        if (EmailAddress.TryParse(Read(entry)[0], out var address))
        {
            audit?.Ended(Purpose.Recovery, "notice", address.Normalised, outcome, entry.Parent);
        }
    }

    private static string[] Read(OutboxEntry entry) => Encoding.UTF8.GetString(entry.Payload.Span).Split('\n');
}
