using System.Globalization;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using AuthenticationException = MailKit.Security.AuthenticationException;

namespace Sidecar.Mail;

/// <summary>Gives MailKit's exceptions the names that decide what becomes of a mail, and what its operator reads.</summary>
internal sealed partial class SmtpSession
{
    private RelayFailure Explain(Exception error) => error switch
    {
        TokenRefusedException { Refusal: var refusal } => Failure(refusal.Trouble, refusal.Status),
        SmtpCommandException answer => Failure(Explain(answer), answer),
        AuthenticationException { InnerException: SmtpCommandException answer } =>
            Failure((int)answer.StatusCode < 500 ? RelayTrouble.LoginUnavailable : RelayTrouble.LoginRejected, answer),
        AuthenticationException => LoginFailure(_loginReply),
        SslHandshakeException { InnerException: OperationCanceledException or TimeoutException or IOException { InnerException: TimeoutException } } =>
            Failure(_smtp.Encryption == RelayEncryption.StartTls ? RelayTrouble.TlsFailed : RelayTrouble.Silent),
        SslHandshakeException => Failure(_certificates.Refusal ?? RelayTrouble.TlsFailed),
        NotSupportedException => Failure(_stage == Stage.Login ? RelayTrouble.NoLogin : RelayTrouble.NoStartTls),
        ServiceNotAuthenticatedException => Failure(RelayTrouble.LoginRequired, "530"),
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } => Failure(RelayTrouble.UnknownHost),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => Failure(RelayTrouble.Refused),
        SocketException when _stage == Stage.Dial => Failure(RelayTrouble.Unreachable),
        // Within TLS a time-out comes wrapped.
        OperationCanceledException or TimeoutException or IOException { InnerException: TimeoutException } => Failure(_stage switch
        {
            Stage.Dial => RelayTrouble.Unreachable,
            Stage.Greet when _startingTls => RelayTrouble.TlsFailed,
            Stage.Greet => RelayTrouble.Silent,
            Stage.Login => RelayTrouble.LoginUnavailable,
            _ => RelayTrouble.Slow,
        }),
        _ when _stage == Stage.Send => Failure(RelayTrouble.Interrupted),
        SmtpProtocolException or IOException or SocketException or ServiceNotConnectedException => Failure(_stage switch
        {
            // It has greeted, so that it is a relay and the port is right.
            Stage.Greet when _startingTls => RelayTrouble.TlsFailed,
            Stage.Login => RelayTrouble.LoginUnavailable,
            _ => RelayTrouble.Dropped,
        }),
        _ => Failure(RelayTrouble.Garbled),
    };

    private RelayTrouble Explain(SmtpCommandException answer)
    {
        var status = (int)answer.StatusCode;
        return _stage switch
        {
            Stage.Greet when _startingTls => RelayTrouble.TlsFailed,
            Stage.Dial or Stage.Greet => RelayTrouble.TurnedAway,
            Stage.Login => status < 500 ? RelayTrouble.LoginUnavailable : RelayTrouble.LoginRejected,
            _ when status == 530 => RelayTrouble.LoginRequired,
            _ when status < 500 => RelayTrouble.Busy,
            _ => answer.ErrorCode switch
            {
                _ when EnhancedOf(answer) == "5.6.7" => RelayTrouble.NoSmtpUtf8,
                SmtpErrorCode.SenderNotAccepted => RelayTrouble.SenderRefused,
                // Without a login, policy at this point means one thing: this client may not send to other domains.
                SmtpErrorCode.RecipientNotAccepted when _smtp.Username.Length == 0 && EnhancedOf(answer) == "5.7.1" =>
                    RelayTrouble.RelayingDenied,
                SmtpErrorCode.RecipientNotAccepted => RelayTrouble.RecipientRefused,
                _ => RelayTrouble.MessageRefused,
            },
        };
    }

    private RelayFailure Failure(RelayTrouble trouble, string status = "") => RelayFailure.Of(trouble, _smtp, _mail, status);

    /// <summary>An answer whose words may say more than its place in the dialogue.</summary>
    private RelayFailure Failure(RelayTrouble trouble, SmtpCommandException answer)
    {
        var (status, enhanced) = (((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture), EnhancedOf(answer));
        return RelayFailure.Of(trouble, _smtp, _mail, enhanced.Length > 0 ? $"{status} {enhanced}" : status, KnownReply.Find(status, enhanced, answer.Message));
    }

    private RelayFailure LoginFailure(string reply)
    {
        var status = reply.Length >= 3 && reply.AsSpan(0, 3).IndexOfAnyExceptInRange('0', '9') < 0 ? reply[..3] : "535";
        var enhanced = EnhancedOf(reply);
        return RelayFailure.Of(
            status[0] == '4' ? RelayTrouble.LoginUnavailable : RelayTrouble.LoginRejected,
            _smtp,
            _mail,
            enhanced.Length > 0 ? $"{status} {enhanced}" : status,
            KnownReply.Find(status, enhanced, reply));
    }

    private static string EnhancedOf(SmtpCommandException answer) => EnhancedOf(answer.Message);

    private static string EnhancedOf(string words) => EnhancedStatus.Match(words) is { Success: true } match ? match.Value : "";

    [GeneratedRegex(@"\b[245]\.\d{1,3}\.\d{1,3}\b")]
    private static partial Regex EnhancedStatus { get; }
}
