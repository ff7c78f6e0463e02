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

    /// <summary><c>provider</c>: google, microsoft or custom. Needed, unless <c>token_url</c> or <c>credentials_file</c> tells.</summary>
    public OAuth2Provider Provider { get; init; }

    /// <summary><c>token_url</c>: where tokens are asked for; https, or http on this machine. The provider's by default.</summary>
    public Uri TokenUrl { get; init; } = new("https://localhost/");

    /// <summary><c>grant</c>: refresh_token (default) or client_credentials, which only organizations have.</summary>
    public OAuth2Grant Grant { get; init; }

    /// <summary><c>client_id</c>: of the application registered with the provider. Needed.</summary>
    public string ClientId { get; init; } = "";

    /// <summary><c>client_secret</c>: needed by Google and for client credentials; empty for a public client of the others.</summary>
    public string ClientSecret { get; init; } = "";

    /// <summary><c>refresh_token</c>: what the mailbox's owner got by signing in. Needed unless the grant is client_credentials.</summary>
    public string RefreshToken { get; init; } = "";

    /// <summary><c>scopes</c>: what is asked for, by spaces; the provider's right to send by SMTP by default.</summary>
    public string Scope { get; init; } = "";

    /// <summary><c>mechanism</c>: auto (default, as the relay offers), xoauth2 or oauthbearer.</summary>
    public OAuth2Mechanism Mechanism { get; init; }

    /// <summary><c>refresh_token_file</c>: where rotated refresh tokens are kept over a restart; null by default.</summary>
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
