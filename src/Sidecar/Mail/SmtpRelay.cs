using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MimeKit.Utils;
using Sidecar.Hosting;
using AuthenticationException = MailKit.Security.AuthenticationException;

namespace Sidecar.Mail;

/// <summary>
/// The relay over SMTP; the only file that knows MailKit. A connection is opened and logged in on its own
/// (<see cref="OpenAsync"/>) and then carries a message, so that connections can come to be kept between mails.
/// </summary>
internal sealed partial class SmtpRelay(SmtpOptions smtp, MailOptions mail, TimeProvider time)
{
    /// <summary>What metrics call the relay; never its host.</summary>
    public const string Name = "default";

    /// <summary>MAIL FROM, RCPT TO, DATA and the text: each is answered, each may take its time.</summary>
    private const int CommandsPerMessage = 4;

    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(1);

    private static readonly string[] PlainMechanisms = ["PLAIN", "LOGIN"];
    private static readonly string[] ChallengeMechanisms = ["SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5"];

    private enum Stage
    {
        Dial,
        Greet,
        Login,
        Send,
    }

    /// <summary>Hands one message to the relay. Null when it took it. Throws only when <paramref name="cancellationToken"/> ends it.</summary>
    public async Task<RelayFailure?> SendAsync(Message message, CancellationToken cancellationToken) => MailboxRule.Accepts(message.To)
        ? await WithConnectionAsync("smtp send", (client, token) => client.SendAsync(Compose(message), token), cancellationToken)
        : Failure(RelayTrouble.NotAnAddress);

    /// <summary>Goes as far as a message would, and sends none. Null when the relay would take one.</summary>
    public Task<RelayFailure?> ProbeAsync(CancellationToken cancellationToken) =>
        WithConnectionAsync("smtp probe", static (client, token) => client.NoOpAsync(token), cancellationToken);

    private async Task<RelayFailure?> WithConnectionAsync(
        string purpose,
        Func<SmtpClient, CancellationToken, Task> use,
        CancellationToken cancellationToken)
    {
        if (!smtp.IsConfigured)
        {
            return Failure(RelayTrouble.NotConfigured);
        }

        var certificates = new RelayCertificates(mail.ExtraAuthorities);
        using var client = NewClient(certificates);
        var stage = Stage.Dial;
        try
        {
            await OpenAsync(client, reached => stage = reached, cancellationToken);
            stage = Stage.Send;
            await StepAsync(purpose, mail.CommandTimeout * CommandsPerMessage, token => use(client, token), cancellationToken);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            return Explain(error, stage, certificates.Refusal);
        }

        await SayGoodbyeAsync(client);
        return null;
    }

    private SmtpClient NewClient(RelayCertificates certificates) => new()
    {
        SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        // Set always: without it MailKit also accepts some certificates that it knows by heart.
        ServerCertificateValidationCallback = certificates.Validate,
        // Lists are fetched over plain HTTP from hosts that a pod's egress rules do not know; a fetch that hangs would stop all mail.
        CheckCertificateRevocation = false,
        Timeout = (int)mail.CommandTimeout.TotalMilliseconds,
    };

    private async Task OpenAsync(SmtpClient client, Action<Stage> reached, CancellationToken cancellationToken)
    {
        await StepAsync("smtp connect", mail.ConnectTimeout, token => ConnectAsync(client, reached, token), cancellationToken);
        if (smtp.Username.Length > 0)
        {
            reached(Stage.Login);
            await StepAsync("smtp auth", mail.CommandTimeout, token => LogInAsync(client, token), cancellationToken);
        }
    }

    /// <summary>Dials here and not in MailKit, to tell a port that is closed off from one that stays silent.</summary>
    private async Task ConnectAsync(SmtpClient client, Action<Stage> reached, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(smtp.Server, smtp.Port, cancellationToken);
            reached(Stage.Greet);
            // An address literal: many relays refuse the unqualified host name that a pod has.
            client.LocalDomain = Literal(((IPEndPoint)socket.LocalEndPoint!).Address);
            await client.ConnectAsync(socket, smtp.Server, smtp.Port, SocketOptions(smtp.Encryption), cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// One try by one mechanism: MailKit would go through all that both sides know, and a wrong password would count as often
    /// towards a lock. Within TLS the plain ones come first, because relays name others that they hold no secrets for.
    /// </summary>
    private Task LogInAsync(SmtpClient client, CancellationToken cancellationToken)
    {
        string[] mechanisms = client.IsSecure ? [.. PlainMechanisms, .. ChallengeMechanisms] : [.. ChallengeMechanisms, .. PlainMechanisms];
        var chosen = mechanisms.FirstOrDefault(client.AuthenticationMechanisms.Contains) ?? throw new NotSupportedException();
        client.AuthenticationMechanisms.IntersectWith([chosen]);
        return client.AuthenticateAsync(smtp.Username, smtp.Password, cancellationToken);
    }

    private async Task StepAsync(string name, TimeSpan limit, Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        using var span = SidecarTelemetry.Source.StartActivity(name, ActivityKind.Client);
        using var timer = new CancellationTokenSource(limit, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await step(both.Token);
        }
        catch
        {
            span?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
    }

    private async Task SayGoodbyeAsync(SmtpClient client)
    {
        try
        {
            using var timer = new CancellationTokenSource(FarewellTimeout, time);
            await client.DisconnectAsync(quit: true, timer.Token);
        }
        catch (Exception)
        {
            // The relay has taken the message; how the connection ends changes nothing.
        }
    }

    private MimeMessage Compose(Message message)
    {
        var mime = new MimeMessage
        {
            Subject = message.Subject,
            Date = time.GetUtcNow(),
            MessageId = MimeUtils.GenerateMessageId(smtp.FromAddress[(smtp.FromAddress.LastIndexOf('@') + 1)..]),
            Body = new BodyBuilder { TextBody = message.Text, HtmlBody = message.Html }.ToMessageBody(),
        };
        mime.From.Add(new MailboxAddress(smtp.FromName, smtp.FromAddress));
        mime.To.Add(new MailboxAddress("", message.To));
        mime.Headers.Add("Auto-Submitted", "auto-generated");
        return mime;
    }

    private RelayFailure Explain(Exception error, Stage stage, RelayTrouble? refusal) => error switch
    {
        SmtpCommandException answer => Failure(Explain(answer, stage), StatusOf(answer)),
        AuthenticationException { InnerException: SmtpCommandException answer } =>
            Failure((int)answer.StatusCode < 500 ? RelayTrouble.LoginUnavailable : RelayTrouble.LoginRejected, StatusOf(answer)),
        AuthenticationException => Failure(RelayTrouble.LoginRejected, "535"),
        SslHandshakeException { InnerException: OperationCanceledException or TimeoutException } => Failure(RelayTrouble.Silent),
        SslHandshakeException => Failure(refusal ?? RelayTrouble.TlsFailed),
        NotSupportedException => Failure(stage == Stage.Login ? RelayTrouble.NoLogin : RelayTrouble.NoStartTls),
        ServiceNotAuthenticatedException => Failure(RelayTrouble.LoginRequired, "530"),
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } => Failure(RelayTrouble.UnknownHost),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => Failure(RelayTrouble.Refused),
        SocketException when stage == Stage.Dial => Failure(RelayTrouble.Unreachable),
        OperationCanceledException or TimeoutException => Failure(stage switch
        {
            Stage.Dial => RelayTrouble.Unreachable,
            Stage.Greet => RelayTrouble.Silent,
            Stage.Login => RelayTrouble.LoginUnavailable,
            _ => RelayTrouble.Slow,
        }),
        _ when stage == Stage.Send => Failure(RelayTrouble.Interrupted),
        SmtpProtocolException or IOException or SocketException or ServiceNotConnectedException => Failure(RelayTrouble.Dropped),
        _ => Failure(RelayTrouble.Garbled),
    };

    private RelayTrouble Explain(SmtpCommandException answer, Stage stage)
    {
        var status = (int)answer.StatusCode;
        return stage switch
        {
            Stage.Dial or Stage.Greet => RelayTrouble.TurnedAway,
            Stage.Login => status < 500 ? RelayTrouble.LoginUnavailable : RelayTrouble.LoginRejected,
            _ when status == 530 => RelayTrouble.LoginRequired,
            _ when status < 500 => RelayTrouble.Busy,
            _ => answer.ErrorCode switch
            {
                SmtpErrorCode.SenderNotAccepted => RelayTrouble.SenderRefused,
                // Without a login, policy at this point means one thing: this client may not send to other domains.
                SmtpErrorCode.RecipientNotAccepted when smtp.Username.Length == 0 && StatusOf(answer).EndsWith("5.7.1", StringComparison.Ordinal) =>
                    RelayTrouble.RelayingDenied,
                SmtpErrorCode.RecipientNotAccepted => RelayTrouble.RecipientRefused,
                _ => RelayTrouble.MessageRefused,
            },
        };
    }

    private RelayFailure Failure(RelayTrouble trouble, string status = "") => RelayFailure.Of(trouble, smtp, mail, status);

    private static string StatusOf(SmtpCommandException answer)
    {
        var status = ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        return EnhancedStatus.Match(answer.Message) is { Success: true } match ? $"{status} {match.Value}" : status;
    }

    private static string Literal(IPAddress address) =>
        address.IsIPv4MappedToIPv6 || address.AddressFamily == AddressFamily.InterNetwork ? $"[{address.MapToIPv4()}]" : $"[IPv6:{address}]";

    private static SecureSocketOptions SocketOptions(RelayEncryption encryption) => encryption switch
    {
        RelayEncryption.ImplicitTls => SecureSocketOptions.SslOnConnect,
        RelayEncryption.StartTls => SecureSocketOptions.StartTls,
        _ => SecureSocketOptions.None,
    };

    [GeneratedRegex(@"\b[245]\.\d{1,3}\.\d{1,3}\b")]
    private static partial Regex EnhancedStatus { get; }
}
