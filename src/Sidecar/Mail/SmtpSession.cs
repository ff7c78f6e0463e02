using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// One connection to a relay, from dialling to farewell; the only type that knows MailKit. Nothing it does throws for what a
/// relay does: failures come back named, because what becomes of the mail depends on which it was.
/// </summary>
internal sealed partial class SmtpSession : IDisposable
{
    /// <summary>MAIL FROM, RCPT TO, DATA and the text: each is answered, each may take its time.</summary>
    private const int CommandsPerMessage = 4;

    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(1);

    private readonly SmtpOptions _smtp;
    private readonly MailOptions _mail;
    private readonly TimeProvider _time;
    private readonly OAuth2Tokens? _tokens;
    private readonly RelayCertificates _certificates;
    private readonly RelayClient _client;
    private readonly RelayExamination? _examination;
    private Stage _stage;
    private bool _ended;

    public SmtpSession(SmtpOptions smtp, MailOptions mail, TimeProvider time, OAuth2Tokens? tokens = null, RelayExamination? examination = null)
    {
        (_smtp, _mail, _time, _tokens, _examination) = (smtp, mail, time, tokens, examination);
        _certificates = new RelayCertificates(mail.ExtraAuthorities, examination, smtp.Name);
        _client = new RelayClient(new DialogueLogger(this))
        {
            SslProtocols = mail.TlsProtocols,
            // Set always: without it MailKit also accepts some certificates that it knows by heart.
            ServerCertificateValidationCallback = _certificates.Validate,
            // Lists are fetched over plain HTTP from hosts that a pod's egress rules do not know; a fetch that hangs would stop all mail.
            CheckCertificateRevocation = false,
            Timeout = (int)mail.CommandTimeout.TotalMilliseconds,
        };
    }

    private enum Stage
    {
        Dial,
        Greet,
        Login,
        Send,
    }

    /// <summary>Whether another mail may follow, as far as is known without asking the relay.</summary>
    public bool IsOpen => _client.IsConnected && !_ended;

    /// <summary>Dials, greets and logs in. Null when the relay is ready for a mail. Throws only when <paramref name="cancellationToken"/> ends it.</summary>
    public Task<RelayFailure?> OpenAsync(CancellationToken cancellationToken) => TryAsync(
        async () =>
        {
            await StepAsync("smtp connect", _mail.ConnectTimeout, ConnectAsync, cancellationToken);
            if (_smtp.Username.Length > 0)
            {
                await LogInAsync(cancellationToken);
                _examination?.Reach(RelayPoint.LoggedIn);
            }

            _stage = Stage.Send;
        },
        cancellationToken);

    /// <summary>
    /// Hands one message over; its recipient is one as <see cref="MailboxRule.OnTheWire"/> gives it. Null when the relay took it.
    /// Throws only when <paramref name="cancellationToken"/> ends it.
    /// </summary>
    public async Task<RelayFailure?> SendAsync(Message message, CancellationToken cancellationToken)
    {
        _client.Begin(message.Confirm);
        var international = MailboxRule.NeedsSmtpUtf8(message.To);
        if (!international)
        {
            // Otherwise MailKit asks for SMTPUTF8 and writes U-labels as soon as a domain is an A-label, which the relay's own tables
            // and the next relay may not know. What is given up is given up for the whole connection.
            _client.Capabilities &= ~SmtpCapabilities.UTF8;
        }
        else if (!_client.Capabilities.HasFlag(SmtpCapabilities.UTF8))
        {
            return Failure(RelayTrouble.NoSmtpUtf8);
        }

        var format = FormatOptions.Default.Clone();
        format.International = international;
        var failure = await TryAsync(
            () => StepAsync("smtp send", _mail.CommandTimeout * CommandsPerMessage, token => _client.SendAsync(format, MimeComposer.Compose(message, _smtp, _time), token), cancellationToken),
            cancellationToken);
        // Before the relay said yes to the recipient no text was sent, so that there is nothing it can have taken.
        return failure is { MayHaveBeenTaken: true } && !_client.RecipientAccepted ? failure with { MayHaveBeenTaken = false } : failure;
    }

    /// <summary>
    /// Whether a failed mail met the end of the connection and not a refusal of its own: a new connection may take it, and this
    /// one has not.
    /// </summary>
    public bool EndedBefore(RelayFailure failure) => !_client.RecipientAccepted
        && (_ended || failure.Trouble is RelayTrouble.Interrupted or RelayTrouble.Dropped
            // Nothing in a sender that was good enough before: the login has lapsed, or this connection has had its share.
            || (!_client.SenderAccepted && failure.Trouble is RelayTrouble.Busy or RelayTrouble.LoginRequired));

    /// <summary>Asks whether the relay is still there. Null when it is. Throws only when <paramref name="cancellationToken"/> ends it.</summary>
    public Task<RelayFailure?> NoOpAsync(CancellationToken cancellationToken) => TryAsync(
        () => StepAsync("smtp probe", _mail.CommandTimeout, token => _client.NoOpAsync(token), cancellationToken),
        cancellationToken);

    /// <summary>Says goodbye; how that ends changes nothing any more.</summary>
    public async Task CloseAsync()
    {
        try
        {
            using var timer = new CancellationTokenSource(FarewellTimeout, _time);
            await _client.DisconnectAsync(quit: true, timer.Token);
        }
        catch (Exception)
        {
            // The relay has taken what it was given.
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<RelayFailure?> TryAsync(Func<Task> step, CancellationToken cancellationToken)
    {
        try
        {
            await step();
            return null;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            // With 421 the relay takes its leave, whatever the connection looks like from here.
            _ended |= error is SmtpCommandException { StatusCode: SmtpStatusCode.ServiceNotAvailable };
            return Explain(error);
        }
    }

    /// <summary>Dials here and not in MailKit, to tell a port that is closed off from one that stays silent.</summary>
    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(_smtp.Server, _smtp.Port, cancellationToken);
            _stage = Stage.Greet;
            _examination?.Dialled(socket.RemoteEndPoint);
            // Else an address literal: many relays refuse the unqualified host name that a pod has.
            _client.LocalDomain = _mail.EhloName.Length > 0 ? _mail.EhloName : Literal(((IPEndPoint)socket.LocalEndPoint!).Address);
            await _client.ConnectAsync(socket, _smtp.Server, _smtp.Port, SocketOptions(_smtp.Encryption), cancellationToken);
            NoteGreeting();
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task StepAsync(string name, TimeSpan limit, Func<CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        using var span = SidecarTelemetry.Source.StartActivity(name, ActivityKind.Client);
        using var timer = new CancellationTokenSource(limit, _time);
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

    private static string Literal(IPAddress address) =>
        address.IsIPv4MappedToIPv6 || address.AddressFamily == AddressFamily.InterNetwork ? $"[{address.MapToIPv4()}]" : $"[IPv6:{address}]";

    private static SecureSocketOptions SocketOptions(RelayEncryption encryption) => encryption switch
    {
        RelayEncryption.ImplicitTls => SecureSocketOptions.SslOnConnect,
        RelayEncryption.StartTls => SecureSocketOptions.StartTls,
        _ => SecureSocketOptions.None,
    };
}
