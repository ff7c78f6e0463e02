using System.Net;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>Puts the keys of an <c>oauth2</c> section, the credentials file they may name and the provider's habits together.</summary>
internal sealed class OAuth2Reader(SettingsSection section, string directory)
{
    private const string GoogleScope = "https://mail.google.com/";
    private static readonly string[] SharedTenants = ["common", "consumers", "organizations"];

    public OAuth2Options Read()
    {
        var grant = section.Choice("grant", OAuth2Grant.RefreshToken, ("refresh_token", OAuth2Grant.RefreshToken), ("client_credentials", OAuth2Grant.ClientCredentials));
        var file = OAuth2Credentials.Read(section, directory);
        var provider = Provider(file);
        var tenant = Tenant(provider, grant);
        var options = new OAuth2Options
        {
            Provider = provider,
            Grant = grant,
            TokenUrl = TokenUrl(provider, tenant, file),
            ClientId = Either(section.Text("client_id").Trim(), file?.ClientId),
            ClientSecret = Either(section.Secret("client_secret"), file?.ClientSecret),
            RefreshToken = Either(section.Text("refresh_token", secret: true).Trim(), file?.RefreshToken),
            Scope = Scopes(provider, grant, file),
            Mechanism = section.Choice(
                "mechanism", OAuth2Mechanism.Auto, ("auto", OAuth2Mechanism.Auto), ("xoauth2", OAuth2Mechanism.XOAuth2), ("oauthbearer", OAuth2Mechanism.OAuthBearer)),
            RefreshTokenFile = KeptFile(),
            Path = section.Path,
        };
        Check(options, tenant);
        return options;
    }

    private static string Either(string own, string? other) => own.Length > 0 ? own : other ?? "";

    private OAuth2Provider Provider(OAuth2Credentials? file)
    {
        var provider = section.Choice<OAuth2Provider?>(
            "provider", null, ("google", OAuth2Provider.Google), ("microsoft", OAuth2Provider.Microsoft), ("custom", OAuth2Provider.Custom));
        if (provider is { } named)
        {
            return named;
        }

        if (section.Has("provider"))
        {
            // An unknown word, of which Choice has told.
            return OAuth2Provider.Custom;
        }

        if (file is not null && !section.Has("token_url"))
        {
            return OAuth2Provider.Google;
        }

        if (!section.Has("token_url") && !section.Has("credentials_file"))
        {
            section.Reject("provider", "is missing", "write google, microsoft, or custom with token_url");
        }

        return OAuth2Provider.Custom;
    }

    private string Tenant(OAuth2Provider provider, OAuth2Grant grant)
    {
        var tenant = section.Text("tenant").Trim();
        if (provider != OAuth2Provider.Microsoft || section.Has("token_url"))
        {
            return tenant;
        }

        if (tenant.Any(static letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '-')))
        {
            section.Reject("tenant", "is not a tenant's id or domain", "write the directory (tenant) id, such as 00000000-0000-0000-0000-000000000000, or contoso.onmicrosoft.com");
            return "common";
        }

        if (grant == OAuth2Grant.ClientCredentials && ((tenant.Length == 0 && !section.Has("tenant")) || SharedTenants.Contains(tenant, StringComparer.OrdinalIgnoreCase)))
        {
            section.Reject("tenant", "names no organization, which client credentials belong to", "write the directory (tenant) id from the application's page in Microsoft Entra");
        }

        return tenant.Length > 0 ? tenant : "common";
    }

    private Uri TokenUrl(OAuth2Provider provider, string tenant, OAuth2Credentials? file)
    {
        var written = section.Text("token_url").Trim();
        var standard = provider switch
        {
            OAuth2Provider.Google => "https://oauth2.googleapis.com/token",
            OAuth2Provider.Microsoft => $"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
            _ => "",
        };
        var (url, key) = written.Length > 0 ? (written, "token_url")
            : standard.Length == 0 && file?.TokenUrl.Length > 0 ? (file.TokenUrl, "credentials_file")
            : (standard, "token_url");
        if (url.Length == 0)
        {
            if (section.Has("provider"))
            {
                section.Reject("token_url", "is missing, and a custom provider has no other", "write the provider's token endpoint, such as https://login.example.com/oauth2/token");
            }

            return new OAuth2Options().TokenUrl;
        }

        if (Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.UserInfo.Length == 0 && IsSafe(parsed))
        {
            return parsed;
        }

        section.Reject(key, "does not name an https URL to ask for tokens", "write one that begins with https://; http is only for this machine itself");
        return new OAuth2Options().TokenUrl;
    }

    private static bool IsSafe(Uri url) => url.Scheme == Uri.UriSchemeHttps
        || (url.Scheme == Uri.UriSchemeHttp && (url.Host == "localhost" || (IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address))));

    private string Scopes(OAuth2Provider provider, OAuth2Grant grant, OAuth2Credentials? file)
    {
        var written = section.Texts("scopes").SelectMany(static scope => scope.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        if (written.Length > 0)
        {
            return string.Join(' ', written);
        }

        if (provider == OAuth2Provider.Google && file is { Scopes.Count: > 0 } && !file.Scopes.Contains(GoogleScope))
        {
            section.Mind("credentials_file", $"was granted other rights than {GoogleScope}, without which Gmail takes no mail",
                "sign in again with that scope (for RAGFlow's own sign-in: GOOGLE_OAUTH_SCOPE_OVERRIDE=https://mail.google.com/)");
        }

        return (provider, grant) switch
        {
            (OAuth2Provider.Google, _) => GoogleScope,
            (OAuth2Provider.Microsoft, OAuth2Grant.RefreshToken) => "https://outlook.office.com/SMTP.Send offline_access",
            (OAuth2Provider.Microsoft, _) => "https://outlook.office365.com/.default",
            _ => "",
        };
    }

    private string? KeptFile()
    {
        var path = section.Text("refresh_token_file").Trim();
        if (path.Length == 0)
        {
            return null;
        }

        path = System.IO.Path.GetFullPath(path, System.IO.Path.GetFullPath(directory));
        if (KeptRefreshToken.Obstacle(path) is { } obstacle)
        {
            section.Mind("refresh_token_file", $"{obstacle}, so a refresh token that the provider exchanges is lost at a restart", "give a file in a folder that exists and that the sidecar's user may write to");
        }

        return path;
    }

    private void Check(OAuth2Options options, string tenant)
    {
        // Of a file that could not be used, and of a value that nobody filled in, has been told already.
        if (section.Has("credentials_file") && options.RefreshToken.Length == 0)
        {
            return;
        }

        if (options.ClientId.Length == 0 && !section.Has("client_id"))
        {
            section.Reject("client_id", "is missing", "write the client id of the application that is registered with the provider");
        }

        if (options.ClientSecret.Length == 0 && !section.Has("client_secret") && (options.Provider == OAuth2Provider.Google || options.Grant == OAuth2Grant.ClientCredentials))
        {
            section.Reject("client_secret", "is missing", "write the client secret of the application that is registered with the provider", secret: true);
        }

        if (options.Grant == OAuth2Grant.RefreshToken && options.RefreshToken.Length == 0 && !section.Has("refresh_token"))
        {
            section.Reject("refresh_token", "is missing", "sign in once as docs/mail.md shows and write the refresh token, or name a credentials_file that has one", secret: true);
        }

        if (options is { Grant: OAuth2Grant.ClientCredentials, Provider: OAuth2Provider.Google })
        {
            section.Reject("grant", "is not something Google gives tokens for", "write refresh_token");
        }

        if (tenant.Length > 0 && options.Provider == OAuth2Provider.Google)
        {
            section.Mind("tenant", "means nothing to Google", "remove it");
        }
    }
}
