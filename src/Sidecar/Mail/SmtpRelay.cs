using Microsoft.Extensions.Logging;

namespace Sidecar.Mail;

/// <summary>A relay: hands messages over, on connections that it keeps between them.</summary>
internal sealed class SmtpRelay(SmtpOptions configured, MailOptions mail, TimeProvider time, ILogger? logger = null) : IDisposable
{
    private volatile Access _access = new(configured, mail, new(mail.Pool, mail.Concurrency, time), OAuth2Tokens.For(configured, mail, time, logger));

    /// <summary>What logs and metrics call the relay; never its host.</summary>
    public string Name => configured.Name;

    /// <summary>
    /// Goes another way from now on, with another login maybe. A mail on its way ends as it began, and its connection with it.
    /// </summary>
    public void Retune(SmtpOptions smtp, MailOptions settings)
    {
        var before = _access;
        _access = new(smtp, settings, new(settings.Pool, settings.Concurrency, time), OAuth2Tokens.For(smtp, settings, time, logger));
        // Never throws, and nobody waits for the goodbyes.
        _ = before.Pool.CloseAsync();
    }

    /// <summary>Hands one message to the relay. Null when it took it. Throws only when <paramref name="cancellationToken"/> ends it.</summary>
    public async Task<RelayFailure?> SendAsync(Message message, CancellationToken cancellationToken)
    {
        if (MailboxRule.OnTheWire(message.To) is not { } to)
        {
            return Failure(RelayTrouble.NotAnAddress);
        }

        message = message with { To = to };
        var access = _access;
        // A connection serves mails with SMTPUTF8 or mails without; the former are rare and have one of their own.
        if (!MailboxRule.NeedsSmtpUtf8(to) && await access.Pool.TakeAsync(cancellationToken) is { } kept)
        {
            var failure = await UseAsync(kept, access, message, cancellationToken);
            // Connections end, by the relay's limits or its restart: no failure of relay or mail while a new one will do.
            if (failure is null || !kept.Session.EndedBefore(failure))
            {
                return failure;
            }
        }

        var session = new PooledSession(access.Session(time), time);
        return await OpenAsync(session.Session, access, cancellationToken) ?? await UseAsync(session, access, message, cancellationToken);
    }

    /// <summary>
    /// Goes as far as a message would before it names a recipient. Null when the relay would take one. On a connection of its own:
    /// one that was kept says nothing about whether the relay lets new ones in. What it refuses here it refuses to every mail.
    /// </summary>
    public async Task<RelayFailure?> ProbeAsync(CancellationToken cancellationToken)
    {
        var access = _access;
        using var session = access.Session(time);
        var failure = await OpenAsync(session, access, cancellationToken) ?? await session.OfferSenderAsync(cancellationToken);
        if (failure is null)
        {
            await session.CloseAsync();
        }

        return failure?.Scope == FailureScope.Permanent ? failure with { Scope = FailureScope.Relay } : failure;
    }

    /// <summary>Says goodbye to the relay.</summary>
    public Task CloseAsync() => _access.Pool.CloseAsync();

    public void Dispose() => _access.Pool.Dispose();

    private async Task<RelayFailure?> OpenAsync(SmtpSession session, Access access, CancellationToken cancellationToken)
    {
        RelayFailure? failure = null;
        var open = false;
        try
        {
            failure = access.Smtp.IsConfigured ? await session.OpenAsync(cancellationToken) : Failure(RelayTrouble.NotConfigured);
            open = failure is null;
        }
        finally
        {
            if (!open)
            {
                session.Dispose();
            }
        }

        return failure;
    }

    private static async Task<RelayFailure?> UseAsync(PooledSession session, Access access, Message message, CancellationToken cancellationToken)
    {
        var goesOn = false;
        try
        {
            var failure = await session.SendAsync(message, cancellationToken);
            goesOn = session.Session.IsOpen;
            return failure;
        }
        finally
        {
            if (!goesOn)
            {
                session.Dispose();
            }
            else if (MailboxRule.NeedsSmtpUtf8(message.To))
            {
                // Not waited for: until the queue hears that the mail was taken, a crash would have it sent again.
                _ = session.EndAsync();
            }
            else
            {
                access.Pool.GiveBack(session);
            }
        }
    }

    private RelayFailure Failure(RelayTrouble trouble) => RelayFailure.Of(trouble, _access.Smtp, _access.Mail);

    /// <summary>What changes together: a connection goes back to those that were made alike.</summary>
    private sealed record Access(SmtpOptions Smtp, MailOptions Mail, SmtpPool Pool, OAuth2Tokens? Tokens)
    {
        public SmtpSession Session(TimeProvider time) => new(Smtp, Mail, time, Tokens);
    }
}
