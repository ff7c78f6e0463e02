using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using MimeKit;

namespace Sidecar.Demo.Mail;

/// <summary>One client's dialogue (RFC 5321), strict about order, syntax and limits, so that a sloppy sender shows.</summary>
internal sealed class SmtpSession(Stream stream, Inbox inbox)
{
    private const int CommandLimit = 2048;
    private const int TextLimit = 1000;
    private const int SizeLimit = 10 * 1024 * 1024;
    private const int RecipientLimit = 100;

    private readonly SmtpLines _lines = new(PipeReader.Create(stream));
    private readonly List<string> _recipients = [];
    private bool _greeted;
    private SmtpAddress? _sender;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await ReplyAsync("220 demo ESMTP sink", cancellationToken);
        while (true)
        {
            var (kind, bytes) = await _lines.ReadAsync(CommandLimit, cancellationToken);
            if (kind == SmtpLineKind.End)
            {
                return;
            }

            var command = Encoding.UTF8.GetString(bytes);
            var (verb, argument) = command.Split(' ', 2) is [var left, var right] ? (left, right.TrimEnd(' ')) : (command, "");
            var reply = kind switch
            {
                SmtpLineKind.TooLong => "500 5.5.6 line too long",
                SmtpLineKind.BareNewline => "500 5.5.2 lines end with CRLF",
                _ => await ObeyAsync(verb.ToUpperInvariant(), argument, cancellationToken),
            };
            await ReplyAsync(reply, cancellationToken);
            if (reply.StartsWith("221", StringComparison.Ordinal))
            {
                return;
            }
        }
    }

    private async Task<string> ObeyAsync(string verb, string argument, CancellationToken cancellationToken) => (verb, argument) switch
    {
        ("EHLO" or "HELO", "") => "501 5.5.4 name yourself",
        ("EHLO", _) => Greet($"250-demo\r\n250-SIZE {SizeLimit.ToString(CultureInfo.InvariantCulture)}\r\n250-8BITMIME\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250 SMTPUTF8"),
        ("HELO", _) => Greet("250 demo"),
        ("MAIL", _) => Mail(argument),
        ("RCPT", _) => Recipient(argument),
        ("DATA", "") => await DataAsync(cancellationToken),
        ("RSET", "") => Forget("250 2.0.0 forgotten"),
        ("QUIT", "") => "221 2.0.0 bye",
        ("NOOP", _) => "250 2.0.0 fine",
        ("VRFY", _) => "252 2.5.0 send it and see",
        ("DATA" or "RSET" or "QUIT", _) => "501 5.5.4 takes no argument",
        ("AUTH" or "STARTTLS" or "EXPN" or "HELP" or "BDAT", _) => "502 5.5.1 not here",
        _ => "500 5.5.1 unknown command",
    };

    private string Greet(string reply)
    {
        _greeted = true;
        return Forget(reply);
    }

    private string Mail(string argument)
    {
        if (!_greeted || _sender is not null)
        {
            return "503 5.5.1 bad sequence of commands";
        }

        if (!SmtpAddress.TryParse(argument, "FROM:", mayBeEmpty: true, out var sender))
        {
            return "501 5.1.7 write MAIL FROM:<address>";
        }

        if (sender.Parameters.FirstOrDefault(static parameter => !IsKnown(parameter)) is not null)
        {
            return "555 5.5.4 parameter not known";
        }

        if (sender.Size > SizeLimit)
        {
            return "552 5.3.4 too big";
        }

        if (!sender.IsAscii && !sender.Has("SMTPUTF8"))
        {
            return "553 5.6.7 that address needs SMTPUTF8";
        }

        _sender = sender;
        return "250 2.1.0 go on";
    }

    private string Recipient(string argument)
    {
        if (_sender is null)
        {
            return "503 5.5.1 MAIL first";
        }

        if (!SmtpAddress.TryParse(argument, "TO:", mayBeEmpty: false, out var recipient))
        {
            return "501 5.1.3 write RCPT TO:<address>";
        }

        if (recipient.Parameters.Count > 0)
        {
            return "555 5.5.4 parameter not known";
        }

        if (!recipient.IsAscii && !_sender.Has("SMTPUTF8"))
        {
            return "553 5.6.7 that address needs SMTPUTF8";
        }

        if (_recipients.Count == RecipientLimit)
        {
            return "452 4.5.3 too many recipients";
        }

        _recipients.Add(recipient.Address);
        return "250 2.1.5 go on";
    }

    private async Task<string> DataAsync(CancellationToken cancellationToken)
    {
        if (_sender is null || _recipients.Count == 0)
        {
            return "503 5.5.1 MAIL and RCPT first";
        }

        await ReplyAsync("354 end with a dot on a line of its own", cancellationToken);
        using var text = new MemoryStream();
        var fault = await ReadTextAsync(text, cancellationToken);
        if (fault is not null)
        {
            return Forget(fault);
        }

        text.Position = 0;
        try
        {
            using var message = await MimeMessage.LoadAsync(text, cancellationToken);
            return Forget($"250 2.0.0 taken as {inbox.Add(_recipients, message)}");
        }
        catch (FormatException)
        {
            return Forget("554 5.6.0 that is no mail");
        }
    }

    /// <returns>The refusal; null when the text is as it should be. The text is read to its end either way.</returns>
    private async Task<string?> ReadTextAsync(MemoryStream text, CancellationToken cancellationToken)
    {
        string? fault = null;
        while (true)
        {
            var (kind, line) = await _lines.ReadAsync(TextLimit + 1, cancellationToken);
            if (kind == SmtpLineKind.End)
            {
                throw new EndOfStreamException();
            }

            if (kind == SmtpLineKind.Line && line is [(byte)'.'])
            {
                return fault;
            }

            ReadOnlyMemory<byte> bytes = line is [(byte)'.', ..] ? line.AsMemory(1) : line;
            fault ??= kind switch
            {
                SmtpLineKind.TooLong => "500 5.5.6 line too long",
                SmtpLineKind.BareNewline => "554 5.6.11 lines end with CRLF",
                _ when bytes.Length + 2 > TextLimit => "500 5.5.6 line too long",
                _ when text.Length + bytes.Length + 2 > SizeLimit => "552 5.3.4 too big",
                _ when bytes.Span.ContainsAnyExceptInRange((byte)0, (byte)127) && !_sender!.Has("BODY=8BITMIME") => "554 5.6.1 say BODY=8BITMIME",
                _ => null,
            };
            if (fault is null)
            {
                text.Write(bytes.Span);
                text.Write("\r\n"u8);
            }
        }
    }

    private string Forget(string reply)
    {
        _sender = null;
        _recipients.Clear();
        return reply;
    }

    private static bool IsKnown(string parameter) =>
        parameter.StartsWith("SIZE=", StringComparison.OrdinalIgnoreCase)
        || parameter.ToUpperInvariant() is "BODY=7BIT" or "BODY=8BITMIME" or "SMTPUTF8";

    private ValueTask ReplyAsync(string reply, CancellationToken cancellationToken) =>
        stream.WriteAsync(Encoding.UTF8.GetBytes(reply + "\r\n"), cancellationToken);
}
