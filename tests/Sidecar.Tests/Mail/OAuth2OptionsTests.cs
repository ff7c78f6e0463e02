using Sidecar.Hosting;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

public sealed class OAuth2OptionsTests : IDisposable
{
    private const string Plain = """{"token":"ya29.x","refresh_token":"1//file","token_uri":"https://oauth2.googleapis.com/token","client_id":"id.apps","client_secret":"file-secret","scopes":["https://mail.google.com/"],"universe_domain":"googleapis.com","account":"","expiry":"2026-01-01T00:00:00Z"}""";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sidecar-oauth2-");

    public static TheoryData<string> Files => new(
        Plain,
        $$"""{"google_tokens":{{Plain}},"google_primary_admin":"a@acme.io"}""",
        $$"""{"google_tokens":"{{Plain.Replace("\"", "\\\"", StringComparison.Ordinal)}}","authentication_method":"uploaded"}""",
        """{"type":"authorized_user","client_id":"id.apps","client_secret":"file-secret","refresh_token":"1//file"}""");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Read_NoSection_IsNoOAuth2() => Assert.Null(OAuth2Options.Read(MailSamples.Section("mail").Section("oauth2")));

    [Fact]
    public void Read_Google_HasGooglesDefaults()
    {
        var (options, faults) = Read(("provider", "google"), ("client_id", "id"), ("client_secret", "hunter2"), ("refresh_token", "1//hunter3"));

        Assert.Empty(faults);
        Assert.Equal(("https://oauth2.googleapis.com/token", "https://mail.google.com/"), (options.TokenUrl.ToString(), options.Scope));
        Assert.Equal((OAuth2Grant.RefreshToken, OAuth2Mechanism.Auto), (options.Grant, options.Mechanism));
        Assert.DoesNotContain("hunter", options.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "https://login.microsoftonline.com/common/oauth2/v2.0/token")]
    [InlineData("consumers", "https://login.microsoftonline.com/consumers/oauth2/v2.0/token")]
    public void Read_MicrosoftWithoutASecret_IsAPublicClient(string? tenant, string url)
    {
        var (options, faults) = Read(("provider", "microsoft"), ("client_id", "id"), ("refresh_token", "0.x"), ("tenant", tenant));

        Assert.Empty(faults);
        Assert.Equal((url, "https://outlook.office.com/SMTP.Send offline_access"), (options.TokenUrl.ToString(), options.Scope));
    }

    [Fact]
    public void Read_ClientCredentials_NeedNoRefreshToken()
    {
        var (options, faults) = Read(("provider", "microsoft"), ("grant", "client_credentials"), ("tenant", "contoso.onmicrosoft.com"), ("client_id", "id"), ("client_secret", "s"));

        Assert.Empty(faults);
        Assert.Equal("https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token", options.TokenUrl.ToString());
        Assert.Equal("https://outlook.office365.com/.default", options.Scope);
    }

    [Fact]
    public void Read_Custom_TakesWhatIsWritten()
    {
        var (options, faults) = Read(
            ("token_url", "https://login.acme.io/token"), ("client_id", "id"), ("refresh_token", "r"), ("scopes", new string?[] { "smtp", "offline" }), ("mechanism", "oauthbearer"));

        Assert.Empty(faults);
        Assert.Equal((OAuth2Provider.Custom, "smtp offline", OAuth2Mechanism.OAuthBearer), (options.Provider, options.Scope, options.Mechanism));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_CredentialsFile_IsEnough(string content)
    {
        var (options, faults) = Read(("credentials_file", File("tokens.json", content)));

        Assert.Empty(faults);
        Assert.Equal(OAuth2Provider.Google, options.Provider);
        Assert.Equal(("id.apps", "file-secret", "1//file"), (options.ClientId, options.ClientSecret, options.RefreshToken));
    }

    [Theory]
    [InlineData("""{"installed":{"client_id":"x","client_secret":"hunter2"}}""", "nobody has signed in")]
    [InlineData("""{"web":{"client_id":"x"}}""", "nobody has signed in")]
    [InlineData("""{"type":"service_account","private_key":"hunter2"}""", "service account")]
    [InlineData("""{"token":"hunter2","client_id":"x"}""", "no refresh_token")]
    [InlineData("""{"google_tokens":"{\"token\":\"hunter2\"}"}""", "no refresh_token")]
    [InlineData("""{"google_tokens":"hunter2"}""", "not JSON")]
    [InlineData("""["hunter2"]""", "no credentials file")]
    [InlineData("hunter2", "not JSON")]
    [InlineData(null, "cannot be read")]
    public void Read_CredentialsFileOfNoUse_IsOneFaultWithTheFix(string? content, string problem)
    {
        var (_, faults) = Read(("credentials_file", content is null ? "nowhere.json" : File("tokens.json", content)), ("provider", "google"));

        var fault = Assert.Single(faults);
        Assert.Equal("mail.oauth2.credentials_file", fault.Key);
        Assert.False(fault.IsHarmless);
        Assert.Contains(problem, fault.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CredentialsForOtherScopes_WarnsOfThem()
    {
        var (_, faults) = Read(("credentials_file", File("tokens.json", Plain.Replace("https://mail.google.com/", "https://www.googleapis.com/auth/drive.readonly", StringComparison.Ordinal))));

        Assert.True(Assert.Single(faults).IsHarmless);
        Assert.Contains("GOOGLE_OAUTH_SCOPE_OVERRIDE", faults[0].Fix, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("provider", "client_id=i refresh_token=r")]
    [InlineData("provider", "provider=gmail token_url=https://x.io client_id=i refresh_token=r")]
    [InlineData("client_id", "provider=microsoft refresh_token=r")]
    [InlineData("client_secret", "provider=google client_id=i refresh_token=r")]
    [InlineData("refresh_token", "provider=google client_id=i client_secret=hunter2")]
    [InlineData("tenant", "provider=microsoft grant=client_credentials client_id=i client_secret=hunter2")]
    [InlineData("tenant", "provider=microsoft grant=client_credentials tenant=common client_id=i client_secret=hunter2")]
    [InlineData("tenant", "provider=microsoft tenant=a/b client_id=i refresh_token=hunter2")]
    [InlineData("grant", "provider=google grant=client_credentials client_id=i client_secret=hunter2")]
    [InlineData("grant", "provider=google grant=password client_id=i client_secret=hunter2 refresh_token=r")]
    [InlineData("token_url", "provider=custom client_id=i refresh_token=r")]
    [InlineData("token_url", "token_url=http://login.acme.io/ client_id=i refresh_token=r")]
    [InlineData("token_url", "token_url=https://u:hunter2@login.acme.io/ client_id=i refresh_token=r")]
    [InlineData("mechanism", "provider=google mechanism=plain client_id=i client_secret=hunter2 refresh_token=r")]
    [InlineData("refresh_token_file", "provider=microsoft client_id=i refresh_token=r refresh_token_file=missing/kept.json")]
    public void Read_SomethingMissingOrWrong_NamesTheKeyAndTheFix(string key, string settings)
    {
        var (_, faults) = Read([.. settings.Split(' ').Select(static setting => setting.Split('=', 2)).Select(static pair => (pair[0], (object?)pair[1]))]);

        var fault = Assert.Single(faults);
        Assert.Equal("mail.oauth2." + key, fault.Key);
        Assert.NotEmpty(fault.Fix);
        Assert.DoesNotContain("hunter2", fault.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8099/token")]
    [InlineData("http://localhost/token")]
    [InlineData("http://[::1]:80/token")]
    public void Read_TokenUrlOfThisMachine_MayBePlain(string url) =>
        Assert.Empty(Read(("token_url", url), ("client_id", "i"), ("refresh_token", "r")).Faults);

    [Fact]
    public void Read_Smtp_NeedsTheMailboxAndNoPassword()
    {
        var oauth2 = new OAuth2Options();
        var with = MailSamples.Section("smtp", ("mail_server", "r"), ("mail_username", "a@b.io"));
        var without = MailSamples.Section("smtp", ("mail_server", "r"), ("mail_default_sender", "a@b.io"));

        Assert.Same(oauth2, SmtpOptions.Read(with, oauth2).OAuth2);
        SmtpOptions.Read(without, oauth2);

        Assert.Empty(with.Faults);
        Assert.Equal("smtp.mail_username", Assert.Single(without.Faults).Key);
    }

    private static SettingNode Node(object? value) => value is string?[] list
        ? SettingNode.OfList("sidecar.yaml", [.. list.Select(static item => SettingNode.Scalar("sidecar.yaml", item))])
        : SettingNode.Scalar("sidecar.yaml", (string?)value);

    private string File(string name, string content)
    {
        System.IO.File.WriteAllText(Path.Combine(_directory.FullName, name), content);
        return name;
    }

    private (OAuth2Options Options, List<Fault> Faults) Read(params (string Key, object? Value)[] values)
    {
        var section = new SettingsSection("mail.oauth2", SettingNode.OfMap("sidecar.yaml", values.ToDictionary(static entry => entry.Key, static entry => Node(entry.Value))), []);
        return (OAuth2Options.Read(section, _directory.FullName)!, section.Faults);
    }
}
