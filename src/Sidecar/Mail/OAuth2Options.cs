using System.Security.Cryptography;
using System.Text;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// How to get tokens for a relay whose provider no longer takes passwords. Below <c>mail</c> for the relay of <c>smtp</c>, and
/// within each relay of a list; the mailbox is that relay's <c>mail_username</c>.
/// </summary>
internal sealed record OAuth2Options
{
    public const string Section = "oauth2";

    /// <summary><c>mail.oauth2.provider</c>: <c>google</c>, <c>microsoft</c> or <c>custom</c>; a section <c>mail.oauth2</c> makes <c>mail_username</c> log in with tokens, and <c>mail_password</c> is not looked at. Needed, unless <c>token_url</c> or <c>credentials_file</c> tells.</summary>
    public OAuth2Provider Provider { get; init; }

    /// <summary><c>mail.oauth2.token_url</c>: where tokens are asked for; https, or http on this machine. The provider's by default.</summary>
    public Uri TokenUrl { get; init; } = new("https://localhost/");

    /// <summary><c>mail.oauth2.grant</c>: refresh_token (default) or client_credentials, which only organizations have.</summary>
    public OAuth2Grant Grant { get; init; }

    /// <remarks>
    /// <c>mail.oauth2.credentials_file</c>: JSON file with a <c>refresh_token</c>, as RAGFlow's Google connectors use or of Google's type <c>authorized_user</c>; in the place of the keys it holds.
    /// <c>mail.oauth2.tenant</c>: Microsoft's directory; <c>common</c> unless written, required with <c>client_credentials</c>, <c>consumers</c> for Outlook.com.
    /// </remarks>
    /// <summary><c>mail.oauth2.client_id</c>: of the application registered with the provider. Needed.</summary>
    public string ClientId { get; init; } = "";

    /// <summary><c>mail.oauth2.client_secret</c>: needed by Google and for client credentials; empty for a public client of the others.</summary>
    public string ClientSecret { get; init; } = "";

    /// <summary><c>mail.oauth2.refresh_token</c>: what the mailbox's owner got by signing in. Needed unless the grant is client_credentials.</summary>
    public string RefreshToken { get; init; } = "";

    /// <summary><c>mail.oauth2.scopes</c>: what is asked for, by default the right to send: Google <c>https://mail.google.com/</c>; Microsoft <c>https://outlook.office.com/SMTP.Send offline_access</c>, with <c>client_credentials</c> <c>https://outlook.office365.com/.default</c>.</summary>
    public string Scope { get; init; } = "";

    /// <summary><c>mail.oauth2.mechanism</c>: as the relay offers: XOAUTH2, else OAUTHBEARER; or <c>xoauth2</c>, <c>oauthbearer</c>. Default <c>auto</c>.</summary>
    public OAuth2Mechanism Mechanism { get; init; }

    /// <summary><c>mail.oauth2.refresh_token_file</c>: writable file in which exchanged refresh tokens outlive the process, kept apart from the settings; it counts while the configured one is the one it began with. Null by default.</summary>
    public string? RefreshTokenFile { get; init; }

    /// <summary>The prefix of the keys above, for hints.</summary>
    public string Path { get; init; } = "mail.oauth2";

    /// <summary>Tells which sign-in a kept token comes from, without holding any of it.</summary>
    public string Origin => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{TokenUrl}\n{ClientId}\n{RefreshToken}")));

    /// <param name="section">The section <c>oauth2</c> of a relay.</param>
    /// <param name="directory">The folder of the settings; relative paths start there.</param>
    /// <returns>Null where no layer names the section.</returns>
    public static OAuth2Options? Read(SettingsSection section, string directory = "conf") =>
        section.Exists ? new OAuth2Reader(section, directory).Read() : null;

    /// <summary>Leaves every secret out, so that nothing that prints the options can tell one.</summary>
    public override string ToString() => $"{Provider} {Grant} at {TokenUrl.Host}";
}

/// <summary>Whose token endpoint, scopes and error codes.</summary>
internal enum OAuth2Provider
{
    Custom,
    Google,
    Microsoft,
}

/// <summary>On whose word a token is given.</summary>
internal enum OAuth2Grant
{
    /// <summary>The mailbox's owner, who signed in once.</summary>
    RefreshToken,

    /// <summary>The organization's administrator, who let the application send as a mailbox.</summary>
    ClientCredentials,
}

/// <summary>How a token is shown to the relay.</summary>
internal enum OAuth2Mechanism
{
    Auto,
    XOAuth2,
    OAuthBearer,
}
