using Microsoft.Extensions.Time.Testing;
using MimeKit;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

public sealed class MimeComposerTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 20, 15, 0, TimeSpan.Zero);
    private static readonly SmtpOptions Smtp = new() { FromName = "Größe 应用", FromAddress = "noreply@acme.io" };

    [Theory]
    [InlineData("en")]
    [InlineData("zh")]
    public void Compose_Mail_CarriesTheHeadersOfAMachine(string language)
    {
        var message = MailSamples.Templates().Render(MailSamples.Letter(language: language));
        var mime = Sent(message);

        Assert.Equal("auto-generated", mime.Headers["Auto-Submitted"]);
        Assert.Equal("OOF, AutoReply", mime.Headers["X-Auto-Response-Suppress"]);
        Assert.Equal($"{message.Id}@acme.io", mime.MessageId);
        Assert.Equal(Now, mime.Date);
        Assert.Equal(message.Subject, mime.Subject);
        Assert.Equal("Größe 应用", mime.From.Mailboxes.Single().Name);
        Assert.Equal("alice@sidecar.test", mime.To.Mailboxes.Single().Address);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh")]
    public void Compose_Mail_IsTextThenHtmlInSevenBits(string language)
    {
        var message = MailSamples.Templates().Render(MailSamples.Letter(language: language));
        var bytes = Bytes(message);
        var parts = Assert.IsType<MultipartAlternative>(MimeMessage.Load(new MemoryStream(bytes), TestContext.Current.CancellationToken).Body);

        Assert.Equal(["text/plain; charset=utf-8", "text/html; charset=utf-8"], parts.Select(static part => $"{part.ContentType.MimeType}; charset={part.ContentType.Charset}"));
        Assert.Equal(message.Text.ReplaceLineEndings(), parts.TextBody!.ReplaceLineEndings());
        Assert.Equal(message.Html.ReplaceLineEndings(), parts.HtmlBody!.ReplaceLineEndings());
        Assert.All(bytes, static octet => Assert.True(octet < 0x80));
        Assert.All(System.Text.Encoding.ASCII.GetString(bytes).Split('\n'), static line => Assert.True(line.Length <= 100, line));
    }

    private static MimeMessage Sent(Message message) => MimeMessage.Load(new MemoryStream(Bytes(message)), TestContext.Current.CancellationToken);

    private static byte[] Bytes(Message message)
    {
        using var stream = new MemoryStream();
        MimeComposer.Compose(message, Smtp, new FakeTimeProvider(Now)).WriteTo(stream, TestContext.Current.CancellationToken);
        return stream.ToArray();
    }
}
