using System.Globalization;
using System.Net;
using Sidecar.Mail;

namespace Sidecar.Doctor;

/// <summary>The mail of <c>--send-to</c>: looks like the shipped templates and says in every part that it is a test. No template, so that a faulty one does not stand in the way.</summary>
internal static class TestMail
{
    public static Message For(string recipient, MailOptions mail, SmtpOptions smtp, TimeProvider time)
    {
        var app = (string)mail.SharedModel(smtp)["app_name"]!;
        var now = time.GetUtcNow().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        return new(recipient, $"Test mail from {app}".ReplaceLineEndings(" "), Text(app, now), Html(WebUtility.HtmlEncode(app), now));
    }

    private static string Text(string app, string now) => $"""
        Hello,

        this is a test. Somebody who runs {app} asked for it with `sidecar check --send-to` ({now}), to see that mail arrives. It did.

        There is no code in it and nothing to do.

        """;

    private static string Html(string app, string now) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Test mail from {app}</title>
        </head>
        <body style="margin:0; padding:0; background:#f3f5f7;">
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f3f5f7;">
        <tr><td align="center" style="padding:24px 12px;">
          <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:520px; background:#ffffff; border:1px solid #dde2e7; border-radius:8px;">
          <tr><td style="padding:32px; font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif; font-size:16px; line-height:24px;">
            <p style="margin:0 0 20px; font-size:14px; color:#5b6672;">{app}</p>
            <h1 style="margin:0 0 12px; font-size:21px; line-height:28px; font-weight:600; color:#1b2026;">This is a test</h1>
            <p style="margin:0 0 24px; color:#1b2026;">Somebody who runs {app} asked for it with <code>sidecar check --send-to</code> ({now}), to see that mail arrives. It did.</p>
            <p style="margin:0; font-size:14px; line-height:21px; color:#5b6672;">There is no code in it and nothing to do.</p>
          </td></tr>
          </table>
        </td></tr>
        </table>
        </body>
        </html>

        """;
}
