using System.Text.RegularExpressions;
using Sidecar.Mail;
using Sidecar.Tests.Hosting;

namespace Sidecar.Tests.Mail;

/// <summary>The shipped examples: nothing in them is wrong but what is left to fill in, and filled in they are good.</summary>
public sealed partial class ExampleSettingsTests
{
    private static string Directory => Path.Combine(AppContext.BaseDirectory, "conf", "examples");

    public static TheoryData<string> Examples => [.. System.IO.Directory.GetFiles(Directory, "*.yaml").Select(static file => Path.GetFileName(file))];

    [Fact]
    public void Examples_OfEveryProvider_AreShippedAndListed()
    {
        string[] expected =
        [
            "amazon-ses.yaml", "gmail-app-password.yaml", "gmail-oauth2.yaml", "microsoft365-oauth2.yaml", "outlook.com.yaml", "postfix.yaml", "qq-163.yaml",
        ];
        Assert.Equal(expected, Examples.Select(static row => row.Data).Order(StringComparer.Ordinal));
        var list = File.ReadAllText(Path.Combine(Directory, "README.md"));
        Assert.All(expected, name => Assert.Contains($"`{name}`", list, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_AsShipped_NamesExactlyWhatIsLeftToFillIn(string name)
    {
        var text = File.ReadAllText(Path.Combine(Directory, name));
        using var folder = new SettingsFolder().Own(text);

        var faults = Recoverys(folder.Read());

        Assert.Equal(LeftOpen(text).Order(StringComparer.Ordinal), faults.Select(static fault => fault.Split('.')[^1]).Order(StringComparer.Ordinal));
        Assert.True(name == "postfix.yaml" || text.Contains("# Accepted today", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void Example_FilledIn_IsGood(string name)
    {
        using var folder = new SettingsFolder();
        File.Copy(AuthorityFile(folder.Path), Path.Combine(folder.Path, "ca.pem"));
        var text = Placeholder.Replace(File.ReadAllText(Path.Combine(Directory, name)), Fill);
        var options = folder.Own(text).Read();

        Assert.Empty(Recoverys(options));
        Assert.True(options.Smtp.IsConfigured);
        Assert.Empty(options.Smtp.Warnings);
        Assert.NotEqual(RelayEncryption.None, options.Smtp.Encryption);
        Assert.Equal("RAGFlow", options.Smtp.FromName);
        Assert.Equal(name.Contains("oauth2", StringComparison.Ordinal) || name.StartsWith("outlook", StringComparison.Ordinal), options.Smtp.OAuth2 is not null);
    }

    private static IEnumerable<string> LeftOpen(string text) => text.Split('\n')
        .Where(static line => line.Contains("${", StringComparison.Ordinal))
        .Select(static line => line.TrimStart())
        .Select(static line => line.StartsWith('-') ? "mail_default_sender" : line.Split(':')[0]);

    private static string[] Recoverys(SidecarOptions options) =>
        [.. options.Faults.Select(static fault => fault.Key).Where(static key => key != "redis.host")];

    private static string Fill(Match placeholder) => placeholder.Groups["what"].Value switch
    {
        var what when what.Contains("where people", StringComparison.Ordinal) => "app.acme.io",
        var what when what.Contains("address", StringComparison.Ordinal) => "codes@acme.io",
        var what when what.Contains("PEM", StringComparison.Ordinal) => "ca.pem",
        var what when what.Contains("tenant", StringComparison.Ordinal) => "0000aaaa-11bb-cccc-dd22-eeeeee333333",
        _ => "filled-in",
    };

    private static string AuthorityFile(string folder)
    {
        using var key = System.Security.Cryptography.ECDsa.Create();
        using var authority = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=Test CA", key, System.Security.Cryptography.HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var file = Path.Combine(folder, "authority.pem");
        File.WriteAllText(file, authority.ExportCertificatePem());
        return file;
    }

    [GeneratedRegex(@"\$\{(?<what>[^}]*)\}")]
    private static partial Regex Placeholder { get; }
}
