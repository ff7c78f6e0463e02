namespace Sidecar.Mail;

/// <summary>An open session with what decides how long it may serve.</summary>
internal sealed class PooledSession(SmtpSession session, TimeProvider time) : IDisposable
{
    public SmtpSession Session { get; } = session;

    /// <summary>When it was opened, as a timestamp of the clock.</summary>
    public long Opened { get; } = time.GetTimestamp();

    /// <summary>Since when it has had no mail.</summary>
    public long IdleSince { get; set; } = time.GetTimestamp();

    /// <summary>Mails it was used for, refused ones included.</summary>
    public int Messages { get; private set; }

    public Task<RelayFailure?> SendAsync(Message message, CancellationToken cancellationToken)
    {
        Messages++;
        return Session.SendAsync(message, cancellationToken);
    }

    /// <summary>Asks the relay, and ends the session when no answer comes.</summary>
    public async Task<bool> IsAliveAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var alive = false;
        try
        {
            using var timer = new CancellationTokenSource(patience, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
            alive = await Session.NoOpAsync(either.Token) is null && Session.IsOpen;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Not alive.
        }
        finally
        {
            if (!alive)
            {
                Dispose();
            }
        }

        return alive;
    }

    /// <summary>Says goodbye and closes the connection. Never throws.</summary>
    public async Task EndAsync()
    {
        await Session.CloseAsync();
        Dispose();
    }

    public void Dispose() => Session.Dispose();
}
