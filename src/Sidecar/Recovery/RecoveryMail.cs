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

    /// <summary>In the code's place for whoever signs in otherwise.</summary>
    public static readonly TemplateRule ChannelTemplate = new("reset-no-password", ["login_channel", "requested_at", "requested_from"], []);

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
        if (!EmailAddress.TryParse(parts[2], out var address) || await accounts.FindAsync(address, cancellationToken) is not { } account)
        {
            return new Resolution.NoAccount();
        }

        Dictionary<string, object?> model = new() { ["requested_at"] = parts[4], ["requested_from"] = parts[5] };
        if (account.LoginChannel.Length > 0)
        {
            model["login_channel"] = account.LoginChannel;
            return new Resolution.Send(new Letter(account.Address, ChannelTemplate.Name, parts[3], model));
        }

        (model["code"], model["ttl_min"]) = (parts[1], parts[0]);
        return new Resolution.Send(new Letter(account.Address, Template.Name, parts[3], model));
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
