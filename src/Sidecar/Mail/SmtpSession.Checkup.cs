using System.Security.Authentication;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MimeKit;

namespace Sidecar.Mail;

/// <summary>What a look into the relay needs besides a delivery: the dialogue, and a sender offered without a message.</summary>
internal sealed partial class SmtpSession
{
    private const int LongestReply = 4096;

    /// <summary>What a relay may say in one go: the client library keeps all of an answer, however long it gets until the time is up.</summary>
    private const int MostSaid = 64 * 1024;

    private int _said;

    /// <summary>The relay's last words about the login. MailKit drops those of a 534 (Gmail's "application-specific password required") and only says that the login failed.</summary>
    private string _loginReply = "";

    /// <summary>Whether STARTTLS was the last word of this side: what goes wrong then is not the greeting's fault.</summary>
    private bool _startingTls;

    /// <summary>Offers the sender and takes it back. Null when the relay would take mail from it. Throws only when <paramref name="cancellationToken"/> ends it.</summary>
    public Task<RelayFailure?> OfferSenderAsync(CancellationToken cancellationToken) => TryAsync(
        () => StepAsync("smtp sender", _mail.CommandTimeout, OfferAsync, cancellationToken),
        cancellationToken);

    private async Task OfferAsync(CancellationToken cancellationToken)
    {
        var answer = await _client.AskAsync($"MAIL FROM:<{_smtp.FromAddress}>", cancellationToken);
        if ((int)answer.StatusCode is < 200 or > 299)
        {
            throw new SmtpCommandException(SmtpErrorCode.SenderNotAccepted, answer.StatusCode, new MailboxAddress("", _smtp.FromAddress), answer.Response);
        }

        await _client.AskAsync("RSET", cancellationToken);
    }

    private void NoteGreeting()
    {
        if (_examination is null)
        {
            return;
        }

        var protocol = _client.SslProtocol switch
        {
            SslProtocols.Tls13 => "TLS 1.3",
            SslProtocols.Tls12 => "TLS 1.2",
            SslProtocols.None => "",
            _ => "TLS",
        };
        // Read here, because choosing a mechanism takes the others away.
        _examination.Greeted(protocol, [.. _client.Capabilities.ToString().Split(", ")], [.. _client.AuthenticationMechanisms.Order(StringComparer.Ordinal)]);
    }

    /// <summary>Hears the dialogue: for the transcript, and for what the client library keeps to itself.</summary>
    private sealed class DialogueLogger(SmtpSession session) : IProtocolLogger
    {
        public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

        public void LogConnect(Uri uri)
        {
            // The dialogue begins with the relay's first word.
        }

        public void LogClient(byte[] buffer, int offset, int count)
        {
            session._loginReply = "";
            session._said = 0;
            session._startingTls = buffer.AsSpan(offset, count).StartsWith("STARTTLS"u8);
            session._examination?.Transcript.Client(buffer.AsSpan(offset, count));
        }

        public void LogServer(byte[] buffer, int offset, int count)
        {
            session._said += count;
            if (session._said > MostSaid)
            {
                throw new IOException("The relay does not stop talking.");
            }

            if (session._stage == Stage.Login && session._loginReply.Length < LongestReply)
            {
                session._loginReply += Encoding.UTF8.GetString(buffer, offset, count);
            }

            session._examination?.Transcript.Server(buffer.AsSpan(offset, count));
        }

        public void Dispose()
        {
            // Whoever reads the transcript owns it.
        }
    }
}
