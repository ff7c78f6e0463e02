using Sidecar.Hosting;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

public sealed class SmtpOptionsTests
{
    [Fact]
    public void Read_AllKeysOfTheApp_AreTaken()
    {
        var (smtp, faults) = Read(
            ("mail_server", "smtp.acme.io"),
            ("mail_port", "587"),
            ("mail_use_ssl", "false"),
            ("mail_use_tls", "true"),
            ("mail_username", "mailer"),
            ("mail_password", "12345"),
            ("mail_default_sender", new string?[] { "RAGFlow", "noreply@acme.io" }),
            ("mail_frontend_url", "https://app.acme.io"));

        Assert.Empty(faults);
        Assert.Equal(("smtp.acme.io", 587, RelayEncryption.StartTls), (smtp.Server, smtp.Port, smtp.Encryption));
        Assert.Equal(("mailer", "12345"), (smtp.Username, smtp.Password));
        Assert.Equal(("RAGFlow", "noreply@acme.io"), (smtp.FromName, smtp.FromAddress));
        Assert.Equal("https://app.acme.io", smtp.FrontendUrl);
        Assert.Empty(smtp.Warnings);
    }

    [Fact]
    public void Read_Defaults_AreTheAppsOwn()
    {
        var (smtp, faults) = Read(("mail_server", "smtp.acme.io"), ("mail_default_sender", "noreply@acme.io"));

        Assert.Empty(faults);
        Assert.Equal((465, RelayEncryption.ImplicitTls, ""), (smtp.Port, smtp.Encryption, smtp.Username));
        Assert.Equal(("", "noreply@acme.io"), (smtp.FromName, smtp.FromAddress));
    }

    [Fact]
    public void Read_NullsEverywhere_MeansNotConfigured()
    {
        var (smtp, faults) = Read(
            ("mail_server", null), ("mail_port", null), ("mail_username", null), ("mail_password", null), ("mail_default_sender", new string?[] { null, null }));

        Assert.Empty(faults);
        Assert.False(smtp.IsConfigured);
    }

    [Theory]
    [InlineData("465", RelayEncryption.ImplicitTls, "mail_use_tls: false")]
    [InlineData("587", RelayEncryption.StartTls, "mail_use_ssl: false")]
    [InlineData("2525", RelayEncryption.StartTls, "mail_use_ssl: false")]
    public void Read_SslAndTls_PortDecidesWithWarning(string port, object encryption, string advice)
    {
        var (smtp, _) = Read(
            ("mail_server", "r"), ("mail_port", port), ("mail_use_ssl", "true"), ("mail_use_tls", "true"), ("mail_default_sender", "a@b.io"));

        Assert.Equal(encryption, smtp.Encryption);
        Assert.Contains(advice, Assert.Single(smtp.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LoginInClearText_Warns()
    {
        var (smtp, _) = Read(
            ("mail_server", "r"), ("mail_use_ssl", "false"), ("mail_username", "u"), ("mail_password", "p"), ("mail_default_sender", "a@b.io"));

        Assert.Equal(RelayEncryption.None, smtp.Encryption);
        Assert.Contains("clear text", Assert.Single(smtp.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SenderWithoutAddress_IsTheLogin()
    {
        var (smtp, faults) = Read(
            ("mail_server", "r"), ("mail_username", "bot@acme.io"), ("mail_password", "p"), ("mail_default_sender", new string?[] { "RAGFlow", "" }));

        Assert.Empty(faults);
        Assert.Equal(("RAGFlow", "bot@acme.io"), (smtp.FromName, smtp.FromAddress));
    }

    [Fact]
    public void Read_FromKeys_WinOverDefaultSender()
    {
        var (smtp, faults) = Read(
            ("mail_server", "r"),
            ("mail_default_sender", new string?[] { "Old", "old@acme.io" }),
            ("mail_from_name", "New"),
            ("mail_from_address", "new@acme.io"));

        Assert.Empty(faults);
        Assert.Equal(("New", "new@acme.io"), (smtp.FromName, smtp.FromAddress));
    }

    [Theory]
    [InlineData("mail_port", "0")]
    [InlineData("mail_port", "smtp")]
    [InlineData("mail_server", "smtp://relay")]
    [InlineData("mail_default_sender", "not-an-address")]
    [InlineData("mail_from_address", "a@b\r\nBcc: c@d")]
    [InlineData("mail_username", "user-without-password")]
    [InlineData("mail_password", "hunter2")]
    [InlineData("mail_use_ssl", "perhaps")]
    [InlineData("mail_frontend_url", "javascript:alert(1)")]
    public void Read_WrongValue_IsAFaultThatNamesTheKey(string key, string value)
    {
        var values = new Dictionary<string, object?> { ["mail_server"] = "relay.acme.io", ["mail_default_sender"] = "a@acme.io", [key] = value };

        var (_, faults) = Read([.. values.Select(static entry => (entry.Key, entry.Value))]);

        var fault = Assert.Single(faults);
        Assert.Equal($"smtp.{key}", fault.Key);
        Assert.False(fault.IsFatal);
        Assert.DoesNotContain("hunter2", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NoSenderAtAll_IsAFault() =>
        Assert.Equal("smtp.mail_default_sender", Assert.Single(Read(("mail_server", "relay")).Faults).Key);

    [Fact]
    public void ToString_Always_LeavesThePasswordOut() =>
        Assert.DoesNotContain("hunter2", new SmtpOptions { Server = "r", Username = "u", Password = "hunter2" }.ToString(), StringComparison.Ordinal);

    private static (SmtpOptions Smtp, List<Fault> Faults) Read(params (string, object?)[] values)
    {
        var section = MailSamples.Section("smtp", values);
        return (SmtpOptions.Read(section), section.Faults);
    }
}
