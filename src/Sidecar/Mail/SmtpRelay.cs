using Microsoft.Extensions.Logging;

namespace Sidecar.Mail;

/// <summary>A relay: hands messages over, on connections that it keeps between them.</summary>
internal sealed class SmtpRelay(SmtpOptions smtp, MailOptions mail, TimeProvider time, ILogger? logger = null) : IDisposable
{
    private readonly SmtpPool _pool = new(mail.Pool, mail.Concurrency, time);
    private readonly OAuth2Tokens? _tokens = OAuth2Tokens.For(smtp, mail, time, logger);

    /// <summary>What logs and metrics call the relay; never its host.</summary>
    public string Name => smtp.Name;

    /// <summary>Hands one message to the relay. Null when it took it. Throws only when <paramref name="cancellationToken"/> ends it.</summary>
    public async Task<RelayFailure?> SendAsync(Message message, CancellationToken cancellationToken)
    {
        if (MailboxRule.OnTheWire(message.To) is not { } to)
        {
            return Failure(RelayTrouble.NotAnAddress);
        }

        message = message with { To = to };
        // A connection serves mails with SMTPUTF8 or mails without; the former are rare and have one of their own.
        if (!MailboxRule.NeedsSmtpUtf8(to) && await _pool.TakeAsync(cancellationToken) is { } kept)
        {
            var failure = await UseAsync(kept, message, cancellationToken);
            // Connections end, by the relay's limits or its restart: no failure of relay or mail while a new one will do.
            if (failure is null || !kept.Session.EndedBefore(failure))
            {
                return failure;
            }
        }

        var session = new PooledSession(new SmtpSession(smtp, mail, time, _tokens), time);
        return await OpenAsync(session.Session, cancellationToken) ?? await UseAsync(session, message, cancellationToken);
    }

    /// <summary>
    /// Goes as far as a message would before it names a recipient. Null when the relay would take one. On a connection of its own:
    /// one that was kept says nothing about whether the relay lets new ones in. What it refuses here it refuses to every mail.
    /// </summary>
    public async Task<RelayFailure?> ProbeAsync(CancellationToken cancellationToken)
    {
        using var session = new SmtpSession(smtp, mail, time, _tokens);
        var failure = await OpenAsync(session, cancellationToken) ?? await session.OfferSenderAsync(cancellationToken);
        if (failure is null)
        {
            await session.CloseAsync();
        }

        return failure?.Scope == FailureScope.Permanent ? failure with { Scope = FailureScope.Relay } : failure;
    }

    /// <summary>Says goodbye to the relay.</summary>
    public Task CloseAsync() => _pool.CloseAsync();

    public void Dispose() => _pool.Dispose();

    private async Task<RelayFailure?> OpenAsync(SmtpSession session, CancellationToken cancellationToken)
    {
        RelayFailure? failure = null;
        var open = false;
        try
        {
            failure = smtp.IsConfigured ? await session.OpenAsync(cancellationToken) : Failure(RelayTrouble.NotConfigured);
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

    private async Task<RelayFailure?> UseAsync(PooledSession session, Message message, CancellationToken cancellationToken)
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
                _pool.GiveBack(session);
            }
        }
    }

    private RelayFailure Failure(RelayTrouble trouble) => RelayFailure.Of(trouble, smtp, mail);
}
