namespace Sidecar.Mail;

/// <summary>What providers are known to say. Order matters: the first that fits is taken, so the narrow ones stand first.</summary>
internal static class KnownReplies
{
    private const string GmailAppPassword =
        "create an app password (myaccount.google.com/apppasswords; it needs 2-step verification) and set smtp.mail_password to its 16 letters, as in conf/examples/gmail-app-password.yaml, or use conf/examples/gmail-oauth2.yaml";

    private const string MicrosoftOAuth2 = "conf/examples/microsoft365-oauth2.yaml";

    private const string MailboxSmtpAuth = "Microsoft 365 admin center, Users, Active users, the mailbox, Mail, Manage email apps, Authenticated SMTP";

    private const string AuthorizationCode =
        "turn SMTP on in the mailbox's web settings and set smtp.mail_password to the authorization code it shows, as in conf/examples/qq-163.yaml";

    public static IReadOnlyList<KnownReply> All { get; } =
    [
        // Gmail and Google Workspace
        new("gmail-app-password", "534", "5.7.9", ["application-specific password"], $"Google wants an app password, not the account's own: {GmailAppPassword}"),
        new("gmail-web-login", "534", "5.7.14", [], $"Google blocked this login as suspicious: log in once in a browser and confirm it was you, then {GmailAppPassword}"),
        new("gmail-bad-credentials", "535", "5.7.8", ["badcredentials", "username and password not accepted"], $"Google does not accept smtp.mail_username with this password; the account's own password is never accepted: {GmailAppPassword}"),
        new("gmail-too-many-logins", "4", "4.7.0", ["too many login attempts"], "too many logins in a short time: wait some minutes, and see that nothing else logs in to this account in a loop"),
        new("gmail-daily-limit", "550", "5.4.5", [], "the account's sending limit for a day is spent: wait until it is refilled, lower limits.mail-global, or use a relay for more mail", RelayTrouble.Busy),
        new("gmail-relay-credentials", "550", "5.7.1", ["invalid credentials for relay"], "Google's SMTP relay does not know this machine's address: add it in the Admin console (Gmail, Routing, SMTP relay service), or set smtp.mail_server: smtp.gmail.com with a login", RelayTrouble.RelayingDenied),

        // Microsoft 365 and Outlook.com
        new("microsoft-smtp-auth-off-tenant", "535", "5.7.139", ["disabled for the tenant"], $"SMTP AUTH is off for the whole organisation: an administrator turns it on in the Exchange admin center (Settings, Mail flow) or for this mailbox alone ({MailboxSmtpAuth}); then {MicrosoftOAuth2}"),
        new("microsoft-smtp-auth-off-mailbox", "535", "5.7.139", ["disabled for the mailbox"], $"SMTP AUTH is off for this mailbox: an administrator turns it on ({MailboxSmtpAuth}); then {MicrosoftOAuth2}"),
        new("microsoft-security-defaults", "535", "5.7.139", ["security defaults"], $"the organisation's security defaults forbid logins with a password: use OAuth2, as in {MicrosoftOAuth2}"),
        new("microsoft-basic-auth-off", "535", "5.7.139", ["basic authentication is disabled"], $"Microsoft no longer takes passwords here: use OAuth2, as in conf/examples/outlook.com.yaml or {MicrosoftOAuth2}"),
        new("microsoft-policy", "535", "5.7.139", ["did not meet the criteria"], $"a policy of the organisation (conditional access, MFA, SMTP AUTH) forbids this login: use OAuth2, as in {MicrosoftOAuth2}, and turn SMTP AUTH on for the mailbox ({MailboxSmtpAuth})"),
        new("microsoft-bad-credentials", "535", "5.7.139", ["credentials were incorrect"], $"Microsoft does not accept smtp.mail_username with this password; with MFA the account's own is never accepted: use OAuth2, as in {MicrosoftOAuth2}"),
        new("microsoft-login-refused", "535", "5.7.139", [], $"Microsoft refuses this login: use OAuth2, as in conf/examples/outlook.com.yaml or {MicrosoftOAuth2}, and turn SMTP AUTH on for the mailbox"),
        new("microsoft-unsuccessful", "535", "5.7.3", [], $"Microsoft does not accept the login: check smtp.mail_username (the full address) and smtp.mail_password, that SMTP AUTH is on for the mailbox, and prefer OAuth2, as in {MicrosoftOAuth2}"),
        new("microsoft-not-authenticated", "530", "5.7.57", [], "Microsoft sends nothing without a login: set smtp.mail_username and smtp.mail_password, or OAuth2 as in " + MicrosoftOAuth2),
        new("microsoft-send-as", "550", "5.7.60", [], "this login may not send as that sender: set smtp.mail_default_sender to the mailbox's own address, or give it the right \"Send as\"", RelayTrouble.SenderRefused),
        new("microsoft-send-as", "554", null, ["sendasdenied"], "this login may not send as that sender: set smtp.mail_default_sender to the mailbox's own address, or give it the right \"Send as\"", RelayTrouble.SenderRefused),
        new("microsoft-account-suspended", "554", null, ["outboundspamexception", "wascl"], "Microsoft has stopped this account from sending until its owner logs in at outlook.com and confirms it"),
        new("microsoft-blocked-sender", "550", "5.1.8", [], "Microsoft has blocked this account for sending suspicious mail: an administrator unblocks it (Defender portal, Restricted entities)", RelayTrouble.SenderRefused),
        new("microsoft-concurrency", "432", "4.3.2", [], "Microsoft takes only three connections of a mailbox at a time: set mail.concurrency: 2, or lower with several replicas", RelayTrouble.Busy),

        // Amazon SES
        new("ses-bad-credentials", "535", "", ["authentication credentials invalid"], "the relay does not accept smtp.mail_username with this password; Amazon SES wants SMTP credentials of this very region (SES console, SMTP settings), which are neither an IAM access key nor its secret; see conf/examples/amazon-ses.yaml"),
        new("ses-not-verified", "554", null, ["address is not verified"], "Amazon SES knows the address not as verified in this region: verify the domain of smtp.mail_default_sender there; in the sandbox recipients must be verified too; see conf/examples/amazon-ses.yaml", RelayTrouble.SenderRefused),
        new("ses-not-authorized", "554", null, ["is not authorized to perform"], "the IAM user behind these SMTP credentials lacks ses:SendRawEmail for this sender: add it to its policy; see conf/examples/amazon-ses.yaml", RelayTrouble.SenderRefused),
        new("ses-throttled", "454", null, ["maximum sending rate exceeded"], "Amazon SES is asked for more mails a second than the account may send: lower mail.concurrency or have the quota raised", RelayTrouble.Busy),
        new("ses-daily-quota", "454", null, ["daily message quota exceeded"], "the account's quota for 24 hours is spent: wait, lower limits.mail-global, or have the quota raised", RelayTrouble.Busy),

        // QQ Mail, NetEase (163, 126, yeah.net)
        new("qq-authorization-code", "535", "", ["login fail.", "mail.qq.com", "授权码"], $"QQ Mail wants an authorization code, not the account's password: {AuthorizationCode}"),
        new("netease-authorization-code", "535", "", ["error: authentication failed"], $"the relay does not accept smtp.mail_username with this password; 163, 126 and yeah.net take an authorization code alone: {AuthorizationCode}"),
        new("netease-smtp-off", "550", null, ["user has no permission"], $"SMTP is off for this mailbox: {AuthorizationCode}", RelayTrouble.LoginRejected),
        new("sender-not-login", "5", null, ["mail from must equal authorized user", "mail from address must be same as authorization user"], "the sender must be the login itself: set smtp.mail_default_sender to the address in smtp.mail_username", RelayTrouble.SenderRefused),
        new("netease-spam", "554", null, ["dt:spm"], "NetEase takes the mail for spam: send as the login's own address, and change the words of mail.templates", RelayTrouble.MessageRefused),

        // Anybody
        new("starttls-first", "53", null, ["starttls"], "TLS comes first on this port: set smtp.mail_use_ssl: false and smtp.mail_use_tls: true"),
        new("encryption-required", "538", null, [], "the login is only taken within TLS: set smtp.mail_use_ssl: false and smtp.mail_use_tls: true"),
        new("too-many-connections", "421", null, ["concurrent", "too many connections"], "too many connections at a time: lower mail.concurrency", RelayTrouble.Busy),
    ];
}
