using MimeKit;

namespace Sidecar.Mail;

/// <summary>Puts a message into the form that crosses the wire. Nothing a client typed stands in a header but the recipient.</summary>
internal static class MimeComposer
{
    public static MimeMessage Compose(Message message, SmtpOptions smtp, TimeProvider time)
    {
        var mime = new MimeMessage
        {
            Subject = message.Subject,
            Date = time.GetUtcNow(),
            MessageId = $"{message.Id}@{smtp.FromAddress[(smtp.FromAddress.LastIndexOf('@') + 1)..]}",
            Body = new BodyBuilder { TextBody = message.Text, HtmlBody = message.Html }.ToMessageBody(),
        };
        mime.From.Add(new MailboxAddress(smtp.FromName, smtp.FromAddress));
        mime.To.Add(new MailboxAddress("", message.To));
        mime.Headers.Add("Auto-Submitted", "auto-generated");
        return mime;
    }
}
