using System.Net;
using System.Net.Sockets;
using Sidecar.Mail;

namespace Sidecar.Doctor;

/// <summary>One relay, step by step as a mail would go: name, connection, TLS, greeting, login, sender, and a real mail if asked for.</summary>
internal sealed class RelayChecks(Patient patient, SmtpOptions relay, CheckSheet sheet, List<(string Relay, IReadOnlyList<string> Lines)> transcripts)
{
    private readonly string _target = $"relay {relay.Server}:{relay.Port}";
    private readonly SmtpTranscript _transcript = new(relay.Username, relay.Username.Split('@')[0], relay.Password);
    private long _since;

    private IEnumerable<string> Steps => ["name", .. SessionReport.Steps(relay.Encryption), "sender", "test mail"];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (patient.IsFaulty("smtp", "mail"))
        {
            SkipFrom("name", "see the faults above");
            return;
        }

        if (!await sheet.TryAsync(_target, "name", patient.Mail.ConnectTimeout, ResolveAsync, cancellationToken))
        {
            SkipFrom("connection", "the relay's name does not resolve");
            return;
        }

        transcripts.Add(($"{relay.Server}:{relay.Port}", _transcript.Lines));
        var report = new SessionReport(relay, sheet, _target, _transcript);
        using var session = new SmtpSession(relay, patient.Mail, sheet.Time, OAuth2Tokens.For(relay, patient.Mail, sheet.Time, logger: null), report.Examination);
        report.Begin();
        var failure = await session.OpenAsync(cancellationToken);
        report.End(failure);
        if (failure is not null)
        {
            SkipFrom("sender", "no session with the relay");
            return;
        }

        await OfferAsync(session, cancellationToken);
        await session.CloseAsync();
    }

    private async Task OfferAsync(SmtpSession session, CancellationToken cancellationToken)
    {
        _since = sheet.Time.GetTimestamp();
        var failure = await session.OfferSenderAsync(cancellationToken);
        sheet.Add(_target, "sender", failure is null ? Finding.Ok("accepted (some relays look at it only with a mail)") : RelayFindings.Of(failure), sheet.Time.GetElapsedTime(_since));
        if (failure is not null)
        {
            SkipFrom("test mail", "the sender is not accepted");
            return;
        }

        if (patient.SendTo is not { } recipient)
        {
            sheet.Skip(_target, "test mail", "none asked for (--send-to ADDRESS)");
            return;
        }

        if (patient.Mail.BlockReservedDomains && ReservedDomains.Contains(recipient))
        {
            sheet.Add(_target, "test mail", Finding.Fail("the address is below a domain that is never mailed (RFC 2606)", "give --send-to an address that exists"));
            return;
        }

        _since = sheet.Time.GetTimestamp();
        failure = await session.SendAsync(TestMail.For(recipient, patient.Mail, relay, sheet.Time), cancellationToken);
        sheet.Add(
            _target,
            "test mail",
            failure is null ? Finding.Ok("handed over; look into the mailbox, and into its spam folder") : RelayFindings.Of(failure),
            sheet.Time.GetElapsedTime(_since));
    }

    private async Task<Finding> ResolveAsync(CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(relay.Server, out _))
        {
            return Finding.Ok("an address, nothing to resolve");
        }

        try
        {
            var addresses = await Dns.GetHostAddressesAsync(relay.Server, cancellationToken);
            string[] found = [.. addresses.Select(static address => address.ToString())];
            return Finding.Ok(string.Join(", ", found)) with { Data = [("addresses", found)] };
        }
        catch (SocketException)
        {
            return RelayFindings.Of(RelayFailure.Of(RelayTrouble.UnknownHost, relay, patient.Mail));
        }
    }

    private void SkipFrom(string first, string reason)
    {
        foreach (var step in Steps.SkipWhile(step => step != first))
        {
            sheet.Skip(_target, step, reason);
        }
    }
}
