using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

public sealed class MailOptionsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sidecar-mail-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void Read_Nothing_GivesDefaults()
    {
        var section = MailSamples.Section("mail");

        var options = MailOptions.Read(section, _directory.FullName);

        Assert.Empty(section.Faults);
        Assert.Equal(new MailOptions { TemplateDirectory = options.TemplateDirectory }, options);
        Assert.Equal(MailSamples.Shipped, options.TemplateDirectory);
    }

    [Fact]
    public void Read_TemplatesBesideTheSettings_WinOverTheShippedOnes()
    {
        var beside = _directory.CreateSubdirectory("templates").FullName;

        Assert.Equal(beside, MailOptions.Read(MailSamples.Section("mail"), _directory.FullName).TemplateDirectory);
    }

    [Fact]
    public void Read_RelativePaths_StartAtTheSettings()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var authority = new CertificateRequest("CN=Test CA", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(_directory.FullName, "ca.pem"), authority.ExportCertificatePem());

        var options = MailOptions.Read(MailSamples.Section("mail", ("ca", "ca.pem"), ("templates", "ours")), _directory.FullName);

        Assert.Equal(authority.Thumbprint, Assert.Single(options.ExtraAuthorities!).Thumbprint);
        Assert.Equal(Path.Combine(_directory.FullName, "ours"), options.TemplateDirectory);
    }

    [Theory]
    [InlineData(null, "cannot be read")]
    [InlineData("", "holds no certificate")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "is not a certificate")]
    public void Read_UnusableAuthorities_IsAFault(string? content, string problem)
    {
        if (content is not null)
        {
            File.WriteAllText(Path.Combine(_directory.FullName, "ca.pem"), content);
        }

        var section = MailSamples.Section("mail", ("ca", "ca.pem"));
        MailOptions.Read(section, _directory.FullName);

        var fault = Assert.Single(section.Faults);
        Assert.Equal("mail.ca", fault.Key);
        Assert.Contains(problem, fault.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "Acme", "bot@acme.io", "Acme")]
    [InlineData("Acme Desk", "Acme", "bot@acme.io", "Acme Desk")]
    [InlineData("", "", "bot@acme.io", "acme.io")]
    public void SharedModel_AppName_IsTheNearestThatIsSet(string configured, string sender, string address, string expected) =>
        Assert.Equal(expected, new MailOptions { AppName = configured }.SharedModel(new SmtpOptions { FromName = sender, FromAddress = address })["app_name"]);
}
