using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace Sidecar.Mail;

/// <summary>What the client library keeps to itself and a session must know.</summary>
internal sealed partial class SmtpSession
{
    /// <summary>
    /// Notes how far a mail got, which an exception does not tell when commands are sent in one go, and asks between RCPT and
    /// DATA whether the mail is still to go out: after DATA there is no way back.
    /// </summary>
    private sealed class RelayClient(IProtocolLogger logger) : SmtpClient(logger)
    {
        private Action _confirm = static () => { };

        public bool SenderAccepted { get; private set; }

        public bool RecipientAccepted { get; private set; }

        public void Begin(Action confirm) => (SenderAccepted, RecipientAccepted, _confirm) = (false, false, confirm);

        /// <summary>Asks something that is no message.</summary>
        public Task<SmtpResponse> AskAsync(string command, CancellationToken cancellationToken) => SendCommandAsync(command, cancellationToken);

        protected override void OnSenderAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response) => SenderAccepted = true;

        protected override void OnRecipientAccepted(MimeMessage message, MailboxAddress mailbox, SmtpResponse response)
        {
            _confirm();
            RecipientAccepted = true;
        }
    }
}
