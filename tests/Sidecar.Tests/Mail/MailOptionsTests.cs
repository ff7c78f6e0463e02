using System.Security.Authentication;
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
    [InlineData("sidecar.acme.io", true)]
    [InlineData("[192.0.2.7]", true)]
    [InlineData("[IPv6:2001:db8::7]", true)]
    [InlineData("pod_7", false)]
    [InlineData("a b", false)]
    [InlineData("relay\r\nMAIL FROM:<x@y.io>", false)]
    [InlineData("[nonsense]", false)]
    [InlineData("größe.de", false)]
    public void Read_EhloName_IsAHostNameOrALiteral(string name, bool good)
    {
        var section = MailSamples.Section("mail", ("ehlo_name", name));

        Assert.Equal(good ? name : "", MailOptions.Read(section, _directory.FullName).EhloName);
        Assert.Equal(good ? [] : ["mail.ehlo_name"], section.Faults.Select(static fault => fault.Key));
    }

    [Theory]
    [InlineData(null, SslProtocols.Tls12 | SslProtocols.Tls13, "")]
    [InlineData("1.2", SslProtocols.Tls12 | SslProtocols.Tls13, "")]
    [InlineData("1.3", SslProtocols.Tls13, "")]
    [InlineData("1.1", SslProtocols.Tls12 | SslProtocols.Tls13, "no longer safe")]
    [InlineData("1.0", SslProtocols.Tls12 | SslProtocols.Tls13, "no longer safe")]
    [InlineData("ssl3", SslProtocols.Tls12 | SslProtocols.Tls13, "no version of TLS")]
    public void Read_MinTls_IsNeverBelowWhatIsSafe(string? written, SslProtocols spoken, string problem)
    {
        var section = MailSamples.Section("mail", ("min_tls", written));

        Assert.Equal(spoken, MailOptions.Read(section, _directory.FullName).TlsProtocols);
        Assert.Equal(problem.Length > 0, section.Faults.Any(fault => fault.Problem.Contains(problem, StringComparison.Ordinal)));
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
