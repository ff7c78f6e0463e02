using Microsoft.Extensions.Logging;
using Sidecar.Accounts;
using Sidecar.Mail;

namespace Sidecar.Recovery;

/// <summary>
/// Has an owner told that the password was changed, once the app said so. Whoever did it may be somebody else who reads the
/// mailbox. The reset's answer waits until the queue has it, and fails for none of it.
/// </summary>
internal sealed partial class OwnerNotice(RecoveryOptions options, SmtpOptions smtp, IOutbox outbox, NoticeMail mail, ILogger<OwnerNotice> logger)
{
    /// <param name="typed">The address that was proven and reset.</param>
    /// <param name="asker">Who reset it.</param>
    public async ValueTask SendAsync(string typed, Asker asker)
    {
        if (!options.Notice || !smtp.IsConfigured || !EmailAddress.TryParse(typed, out var address))
        {
            return;
        }

        try
        {
            if (!await outbox.EnqueueAsync(mail.Entry(address, asker)))
            {
                LogNoRoom();
            }
        }
        catch (Exception error)
        {
            LogFailed(error.GetType().Name);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The owner of a reset password is not told: the mail queue is full. Raise mail.queue_capacity if this is honest traffic.")]
    private partial void LogNoRoom();

    [LoggerMessage(LogLevel.Warning, "The owner of a reset password is not told: the mail could not be queued ({Error}).")]
    private partial void LogFailed(string error);
}
