using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;
using Sidecar.FunctionalTests.Smtp;

namespace Sidecar.FunctionalTests.Reload;

/// <summary>The relay's password is exchanged as Kubernetes exchanges a mounted secret, and mails go on.</summary>
public sealed partial class SmtpPasswordTests(PostfixServer postfix) : IClassFixture<PostfixServer>
{
    private const string Next = "n3xt-relay";

    [Fact]
    public async Task Password_SwappedAtTheRelayAndInTheVolume_MailsGoOn()
    {
        postfix.SkipUnlessRunning();
        using var volume = new TempDirectory(new Dictionary<string, string> { ["..1/password"] = PostfixServer.Password + "\n", ["..2/password"] = Next + "\n" });
        var data = Path.Combine(volume.Path, "..data");
        Directory.CreateSymbolicLink(data, "..1");
        File.CreateSymbolicLink(Path.Combine(volume.Path, "password"), "..data/password");
        await using var world = await RecoveryWorld.StartAsync(new() { Smtp = Section(Path.Combine(volume.Path, "password")), Settings = [$"mail.ca={postfix.AuthorityFile}"] });
        await MailsAsync(world, world.NewUser());

        await postfix.ChangePasswordAsync(Next);
        File.Delete(data);
        Directory.CreateSymbolicLink(data, "..2");
        // Not asked to look: it finds out by itself.
        await Eventually.TrueAsync(() => world.Log.Contains("smtp.mail_password: *** -> ***, in force", StringComparison.Ordinal), "the password is in force\n" + world.Log);

        await MailsAsync(world, world.NewUser());
        Assert.DoesNotContain(PostfixServer.Password, world.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(Next, world.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("is down", world.Log, StringComparison.Ordinal);
    }

    private async Task MailsAsync(RecoveryWorld world, string email)
    {
        var client = world.NewClient();
        await client.CaptchaAsync(email);
        Assert.Equal("0 verification passed, email sent", (await client.CodeAsync(email)).Words);
        var mail = await postfix.MailToAsync(email);
        Assert.Equal("0 otp verified", (await client.VerifyAsync(email, Code.Match(mail.TextBody!).Value)).Words);
    }

    private string Section(string file) => $"""
        smtp:
          mail_server: "localhost"
          mail_port: {postfix.StartTlsPort}
          mail_use_ssl: false
          mail_use_tls: true
          mail_username: "{PostfixServer.User}"
          mail_password_file: "{file}"
          mail_default_sender: ["RAGFlow", "noreply@ragflow.test"]
          mail_frontend_url: "https://ragflow.test"
        """;

    [GeneratedRegex(@"\b[A-Z]{8}\b")]
    private static partial Regex Code { get; }
}
