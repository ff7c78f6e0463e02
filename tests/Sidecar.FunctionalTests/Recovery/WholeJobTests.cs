using System.Collections;
using System.Globalization;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Smtp;
using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>
/// The shipped form outside Development, between a real Redis and a real Postfix: from a forgotten password to a login with a
/// new one. Nobody reads pictures here, so the captcha's answer comes out of the ticket, with the keys of <c>sidecar keygen</c>.
/// </summary>
public sealed partial class WholeJobTests(PostfixServer postfix) : IClassFixture<PostfixServer>
{
    [Theory]
    [InlineData("v1", false, "uniform", true)]
    [InlineData("rest", false, "app", false)]
    [InlineData("v1", true, "app", true)]
    [InlineData("rest", true, "uniform", false)]
    public async Task Recovery_RealRedisAndPostfix_EndsInALoginWithTheNewPassword(string contract, bool sendsForms, string answers, bool isImplicitTls)
    {
        postfix.SkipUnlessRunning();
        await using var world = await RecoveryWorld.StartAsync(new()
        {
            Answers = answers,
            Development = false,
            Keys = (await SidecarCommand.RunAsync("keygen")).Output,
            Smtp = Relay(isImplicitTls),
            Settings = [$"mail.ca={postfix.AuthorityFile}"],
        });
        var email = world.NewUser();
        var client = new RecoveryClient(world, world.Sidecar.BaseUrl) { Contract = contract, SendsForms = sendsForms };

        Assert.Equal("picture", (await client.CaptchaAsync(email)).Words);
        Assert.Equal("0 verification passed, email sent", (await client.CodeAsync(email, Answer(world, client.Given!))).Words);
        var mail = await postfix.MailToAsync(email);
        var code = Assert.Single(Capitals().Matches(mail.TextBody ?? "")).Value;
        Assert.Contains(code, mail.HtmlBody, StringComparison.Ordinal);
        Assert.Equal("0 otp verified", (await client.VerifyAsync(email, code)).Words);
        Assert.Equal("0 Password reset successful. Logged in.", (await client.ResetAsync(email, "fresh-password")).Words);

        Assert.True(await client.LogsInAsync(email, "fresh-password"));
        Assert.False(await client.LogsInAsync(email, "old-password"));
        Assert.Empty(world.App.TrapHits.Targets);
        Assert.DoesNotContain("\"level\":\"Error\"", world.Log, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>What the picture shows, for somebody who has the ring.</summary>
    internal static string Answer(RecoveryWorld world, string ticket)
    {
        var settings = SettingsLoader.Load(world.Sidecar.ConfigurationDirectory, [], new Hashtable());
        var opened = new TicketSealer(new Sealer(KeyRing.Read(settings, required: true))).Open(ticket, Purpose.Recovery);
        return Assert.IsType<TicketCaptcha>(opened?.Captcha).Answer;
    }

    private string Relay(bool isImplicitTls) => string.Create(CultureInfo.InvariantCulture, $"""
        smtp:
          mail_server: "localhost"
          mail_port: {(isImplicitTls ? postfix.ImplicitTlsPort : postfix.StartTlsPort)}
          mail_use_ssl: {(isImplicitTls ? "true" : "false")}
          mail_use_tls: {(isImplicitTls ? "false" : "true")}
          mail_username: "{PostfixServer.User}"
          mail_password: "{PostfixServer.Password}"
          mail_default_sender: ["RAGFlow", "noreply@sidecar.test"]
          mail_frontend_url: "https://ragflow.test"
        """);

    [GeneratedRegex("(?<![A-Z])[A-Z]{8}(?![A-Z])")]
    private static partial Regex Capitals();
}
