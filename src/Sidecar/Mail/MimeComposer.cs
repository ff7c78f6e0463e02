using MimeKit;
using MimeKit.Text;

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
            // The plain text first: of alternatives, the last that a reader can show is the best.
            Body = new MultipartAlternative { Part(TextFormat.Plain, message.Text), Part(TextFormat.Html, message.Html) },
        };
        mime.From.Add(new MailboxAddress(smtp.FromName, smtp.FromAddress));
        mime.To.Add(new MailboxAddress("", message.To));
        mime.Headers.Add("Auto-Submitted", "auto-generated");
        // Exchange minds only its own header when it decides whether to send a note of absence. Reports of failure stay.
        mime.Headers.Add("X-Auto-Response-Suppress", "OOF, AutoReply");
        return mime;
    }

    /// <summary>Seven bits and short lines whatever the relay offers: nothing on the way rewrites the part, so a signature over it holds.</summary>
    private static TextPart Part(TextFormat format, string text) =>
        new(format) { Text = text, ContentTransferEncoding = ContentEncoding.QuotedPrintable };
}
