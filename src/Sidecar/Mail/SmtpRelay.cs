namespace Sidecar.Mail;

/// <summary>A relay: opens a session for each message.</summary>
internal sealed class SmtpRelay(SmtpOptions smtp, MailOptions mail, TimeProvider time)
{
    /// <summary>What metrics call the relay; never its host.</summary>
    public const string Name = "default";

    /// <summary>Hands one message to the relay. Null when it took it. Throws only when <paramref name="cancellationToken"/> ends it.</summary>
    public async Task<RelayFailure?> SendAsync(Message message, CancellationToken cancellationToken) => MailboxRule.Accepts(message.To)
        ? await WithSessionAsync(session => session.SendAsync(message, cancellationToken), cancellationToken)
        : RelayFailure.Of(RelayTrouble.NotAnAddress, smtp, mail);

    /// <summary>Goes as far as a message would, and sends none. Null when the relay would take one.</summary>
    public Task<RelayFailure?> ProbeAsync(CancellationToken cancellationToken) =>
        WithSessionAsync(session => session.NoOpAsync(cancellationToken), cancellationToken);

    private async Task<RelayFailure?> WithSessionAsync(Func<SmtpSession, Task<RelayFailure?>> use, CancellationToken cancellationToken)
    {
        if (!smtp.IsConfigured)
        {
            return RelayFailure.Of(RelayTrouble.NotConfigured, smtp, mail);
        }

        var session = new SmtpSession(smtp, mail, time);
        var isDone = false;
        try
        {
            var failure = await session.OpenAsync(cancellationToken) ?? await use(session);
            isDone = failure is null;
            return failure;
        }
        finally
        {
            // Not waited for: until the queue hears that the mail was taken, a crash would have it sent again.
            _ = isDone ? FarewellAsync(session) : Task.CompletedTask;
            if (!isDone)
            {
                session.Dispose();
            }
        }
    }

    private static async Task FarewellAsync(SmtpSession session)
    {
        using (session)
        {
            await session.CloseAsync();
        }
    }
}
