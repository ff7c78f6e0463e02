using System.Net.Sockets;
using System.Text;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Sidecar.Demo.Mail;

namespace Sidecar.Tests.Demo;

public sealed class SmtpSinkTests : IAsyncLifetime
{
    private readonly Inbox _inbox = new(TimeProvider.System);
    private SmtpSink _sink = null!;

    public ValueTask InitializeAsync()
    {
        _sink = SmtpSink.Start(0, _inbox);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _sink.DisposeAsync();

    [Fact]
    public async Task Mail_FromMailKit_IsParsed()
    {
        using var message = new MimeMessage();
        message.From.Add(new MailboxAddress("Demo", "noreply@example.com"));
        message.To.Add(new MailboxAddress("", "shown@example.com"));
        message.Subject = "Grüße";
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Body = new BodyBuilder { TextBody = ".dot\r\n..two\r\nABCDEFGH\r\n", HtmlBody = "<b>ABCDEFGH</b>" }.ToMessageBody();
        using var client = new SmtpClient();
        await client.ConnectAsync("127.0.0.1", _sink.Port, SecureSocketOptions.None);
        await client.SendAsync(message, new MailboxAddress("", "noreply@example.com"), [new MailboxAddress("", "alice@example.com")]);
        await client.SendAsync(message, new MailboxAddress("", "noreply@example.com"), [new MailboxAddress("", "bob@example.com")]);
        await client.DisconnectAsync(true);

        Assert.Equal(["bob@example.com", "alice@example.com"], _inbox.Messages.Select(static mail => mail.To));
        var mail = _inbox.Messages[0];
        Assert.Equal("Grüße", mail.Subject);
        Assert.Equal(".dot\n..two\nABCDEFGH\n", mail.Text.ReplaceLineEndings("\n"));
        Assert.Equal("<b>ABCDEFGH</b>", mail.Html.Trim());
        Assert.Equal("auto-generated", mail.Headers["Auto-Submitted"]);
    }

    /// <summary>Lines of the client, and what each is answered; no answer is awaited where it is empty.</summary>
    public static TheoryData<string, string> Dialogues => new()
    {
        { "MAIL FROM:<a@x>", "503" },
        { "EHLO", "501" },
        { "HELO me|DATA", "250|503" },
        { "HELO me|RCPT TO:<b@x>", "250|503" },
        { "HELO me|MAIL FROM:<a@x>|MAIL FROM:<a@x>", "250|250|503" },
        { "HELO me|MAIL FROM:<a@x>|RSET|RCPT TO:<b@x>", "250|250|250|503" },
        { "HELO me|MAIL FROM:a@x", "250|501" },
        { "HELO me|MAIL FROM: <a@x>", "250|501" },
        { "HELO me|MAIL FROM:<>|RCPT TO:<>", "250|250|501" },
        { "HELO me|MAIL FROM:<a@x> FOO=1", "250|555" },
        { "HELO me|MAIL FROM:<a@x> SIZE=99999999", "250|552" },
        { "HELO me|MAIL FROM:<a@x>|RCPT TO:<é@x>", "250|250|553" },
        { "HELO me|MAIL FROM:<a@x> SMTPUTF8|RCPT TO:<é@x>", "250|250|250" },
        { "HELO me|MAIL FROM:<a@x>|RCPT TO:<b@x>|DATA|Subject: s||..x|.", "250|250|250|354||||250" },
        { "HELO me|MAIL FROM:<a@x>|RCPT TO:<b@x>|DATA|é|.", "250|250|250|354||554" },
        { "HELO me|MAIL FROM:<a@x> BODY=8BITMIME|RCPT TO:<b@x>|DATA||é|.", "250|250|250|354|||250" },
        { "HELO me|MAIL FROM:<a@x>|RCPT TO:<b@x>|DATA|a\nb|.|NOOP", "250|250|250|354||554|250" },
        { "NOOP x|VRFY a|HELP|WHAT|STARTTLS|RSET|QUIT", "250|252|502|500|502|250|221" },
        { "NOOP \n|NOOP", "500|250" },
        { "noop", "250" },
    };

    [Theory]
    [MemberData(nameof(Dialogues))]
    public async Task Dialogue_Line_IsAnswered(string lines, string codes)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", _sink.Port);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        Assert.StartsWith("220 ", await reader.ReadLineAsync(), StringComparison.Ordinal);
        foreach (var (line, code) in lines.Split('|').Zip(codes.Split('|')))
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"));
            if (line == "NOOP \n")
            {
                // The bare LF ends this line; the CRLF that follows is an empty one.
                Assert.StartsWith(code, await reader.ReadLineAsync(), StringComparison.Ordinal);
                Assert.StartsWith("500", await reader.ReadLineAsync(), StringComparison.Ordinal);
            }
            else if (code.Length > 0)
            {
                Assert.StartsWith(code, await reader.ReadLineAsync(), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData(998, "250")]
    [InlineData(999, "500")]
    [InlineData(100_000, "500")]
    public async Task Text_LineOfLength_IsBounded(int length, string code)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", _sink.Port);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        await stream.WriteAsync(Encoding.ASCII.GetBytes("HELO me\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n\r\n" + new string('a', length) + "\r\n.\r\nQUIT\r\n"));
        var replies = (await reader.ReadToEndAsync()).Split("\r\n");
        Assert.Equal(["220", "250", "250", "250", "354", code, "221"], replies[..^1].Select(static reply => reply[..3]));
        Assert.Equal(code == "250" ? 1 : 0, _inbox.Messages.Count);
    }
}
