using System.Text.RegularExpressions;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>Refusals as providers word them, and the entry each must be recognised by.</summary>
public sealed partial class KnownReplyTests
{
    public static TheoryData<string, string, string, string> Replies => new()
    {
        { "534", "5.7.9", "5.7.9 Application-specific password required. For more information, go to\n5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor a1-20020a170902c20100b001 - gsmtp", "gmail-app-password" },
        { "534", "5.7.14", "5.7.14 <https://accounts.google.com/signin/continue?sarp=1&scc=1&plt=AKgnsbt> Please log in via\n5.7.14 your web browser and then try again.\n5.7.14 Learn more at https://support.google.com/mail/answer/78754 - gsmtp", "gmail-web-login" },
        { "535", "5.7.8", "5.7.8 Username and Password not accepted. For more information, go to\n5.7.8  https://support.google.com/mail/?p=BadCredentials 5b1f17b1804b1-3a - gsmtp", "gmail-bad-credentials" },
        { "535", "5.7.8", "5.7.8 Username and Password not accepted. Learn more at\n5.7.8  https://support.google.com/mail/?p=BadCredentials lf4-2002 - gsmtp", "gmail-bad-credentials" },
        { "454", "4.7.0", "4.7.0 Too many login attempts, please try again later. x1 - gsmtp", "gmail-too-many-logins" },
        { "421", "4.7.0", "4.7.0 Too many login attempts, please try again later. x1 - gsmtp", "gmail-too-many-logins" },
        { "550", "5.4.5", "5.4.5 Daily user sending limit exceeded. For more information on Gmail\n5.4.5 sending limits go to\n5.4.5  https://support.google.com/a/answer/166852 - gsmtp", "gmail-daily-limit" },
        { "550", "5.4.5", "5.4.5 Daily sending quota exceeded. - gsmtp", "gmail-daily-limit" },
        { "550", "5.7.1", "5.7.1 Invalid credentials for relay [192.0.2.7]. The IP address you've\n5.7.1 registered in your Workspace SMTP Relay service doesn't match", "gmail-relay-credentials" },
        { "530", "5.7.0", "5.7.0 Must issue a STARTTLS command first. x1 - gsmtp", "starttls-first" },
        { "535", "5.7.139", "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information. [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]", "microsoft-smtp-auth-off-tenant" },
        { "535", "5.7.139", "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information. [AM0PR01CA0001]", "microsoft-smtp-auth-off-mailbox" },
        { "535", "5.7.139", "5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator. [AM0PR01CA0001]", "microsoft-security-defaults" },
        { "535", "5.7.139", "5.7.139 Authentication unsuccessful, basic authentication is disabled. [AM0PR01CA0001]", "microsoft-basic-auth-off" },
        { "535", "5.7.139", "5.7.139 Authentication unsuccessful, the request did not meet the criteria to be authenticated successfully. Contact your administrator. [AM0PR01CA0001]", "microsoft-policy" },
        { "535", "5.7.139", "5.7.139 Authentication unsuccessful, the user credentials were incorrect. [AM0PR01CA0001]", "microsoft-bad-credentials" },
        { "535", "5.7.139", "5.7.139 Authentication unsuccessful, something new. [AM0PR01CA0001]", "microsoft-login-refused" },
        { "535", "5.7.3", "5.7.3 Authentication unsuccessful [AM0PR01CA0001.eurprd01.prod.exchangelabs.com]", "microsoft-unsuccessful" },
        { "530", "5.7.57", "5.7.57 Client not authenticated to send mail. [AM0PR01CA0001]", "microsoft-not-authenticated" },
        { "530", "5.7.57", "5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM [AM0PR01CA0001]", "microsoft-not-authenticated" },
        { "550", "5.7.60", "5.7.60 SMTP; Client does not have permissions to send as this sender", "microsoft-send-as" },
        { "554", "5.2.252", "5.2.252 SendAsDenied; mailer@contoso.example not allowed to send as other@contoso.example; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied", "microsoft-send-as" },
        { "554", "5.2.0", "5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message", "microsoft-send-as" },
        { "554", "5.2.0", "5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message due to a permanent exception with message WASCL UserAction verdict is not None. Actual verdict is Suspend", "microsoft-account-suspended" },
        { "550", "5.1.8", "5.1.8 Access denied, bad outbound sender AS(42004)", "microsoft-blocked-sender" },
        { "432", "4.3.2", "4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information. [Hostname=AM0PR01]", "microsoft-concurrency" },
        { "432", "4.3.2", "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded [Hostname=AM0PR01]", "microsoft-concurrency" },
        { "535", "", "Authentication Credentials Invalid", "ses-bad-credentials" },
        { "554", "", "Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: noreply@acme.io", "ses-not-verified" },
        { "554", "", "Access denied: User `arn:aws:iam::123456789012:user/ses-smtp-user' is not authorized to perform `ses:SendRawEmail' on resource `arn:aws:ses:eu-west-1:123456789012:identity/acme.io'", "ses-not-authorized" },
        { "454", "", "Throttling failure: Maximum sending rate exceeded.", "ses-throttled" },
        { "454", "", "Throttling failure: Daily message quota exceeded.", "ses-daily-quota" },
        { "530", "", "Must issue a STARTTLS command first", "starttls-first" },
        { "421", "", "Too many concurrent SMTP connections", "too-many-connections" },
        { "535", "", "Login Fail. Please enter your authorization code to login. More information in https://service.mail.qq.com/detail/0/53", "qq-authorization-code" },
        { "535", "", "Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy. More information at https://help.mail.qq.com/detail/108/1023", "qq-authorization-code" },
        { "535", "", "Error: 请使用授权码登录。详情请看: http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=28&&no=1001256", "qq-authorization-code" },
        { "535", "", "Error: authentication failed", "netease-authorization-code" },
        { "550", "", "User has no permission", "netease-smtp-off" },
        { "553", "", "Mail from must equal authorized user", "sender-not-login" },
        { "501", "", "Mail from address must be same as authorization user.", "sender-not-login" },
        { "554", "", "DT:SPM 163 smtp5,D9GowAC3,1700000000, please see http://mail.163.com/help/help_spam_16.htm", "netease-spam" },
        { "538", "5.7.11", "5.7.11 Encryption required for requested authentication mechanism", "encryption-required" },
    };

    [Theory]
    [MemberData(nameof(Replies))]
    public void Find_WordsOfAProvider_IsRecognised(string status, string enhanced, string text, string name)
    {
        var known = KnownReply.Find(status, enhanced, text);

        Assert.Equal(name, known?.Name);
        Assert.DoesNotContain('@', known!.Hint);
    }

    /// <summary>What any relay says must not be taken for one provider's.</summary>
    [Theory]
    [InlineData("535", "5.7.8", "5.7.8 Error: authentication failed: UGFzc3dvcmQ6")]
    [InlineData("535", "5.7.8", "5.7.8 Error: authentication failed: (reason unavailable)")]
    [InlineData("550", "5.1.1", "5.1.1 <alice@acme.io>: Recipient address rejected: User unknown in virtual mailbox table")]
    [InlineData("554", "5.7.1", "5.7.1 <alice@acme.io>: Relay access denied")]
    [InlineData("450", "4.2.0", "4.2.0 <alice@acme.io>: Recipient address rejected: Greylisted")]
    [InlineData("530", "5.7.0", "5.7.0 Authentication required")]
    [InlineData("535", "", "Login failed")]
    public void Find_OrdinaryRefusal_IsNobodys(string status, string enhanced, string text) => Assert.Null(KnownReply.Find(status, enhanced, text));

    [Fact]
    public void All_Hints_NameExamplesThatAreShipped()
    {
        string[] servers = ["smtp.gmail.com", "smtp.office365.com", "email-smtp.eu-west-1.amazonaws.com", "smtp.qq.com"];
        var login = servers.Select(static server => RelayHints.For(RelayTrouble.LoginRejected, FakeRelay.Smtp with { Server = server }, new MailOptions()));
        var named = KnownReplies.All.Select(static known => known.Hint).Concat(login).SelectMany(static hint => ExampleName.Matches(hint).Select(static match => match.Value)).ToArray();

        Assert.NotEmpty(named);
        Assert.All(named, static name => Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, name)), name));
    }

    [Fact]
    public void All_Entries_AreShownByAnExample() =>
        Assert.Empty(KnownReplies.All.Select(static known => known.Name).Except(Replies.Select(static row => row.Data.Item4)));

    [GeneratedRegex(@"conf/examples/[\w.-]+\.yaml")]
    private static partial Regex ExampleName { get; }
}
