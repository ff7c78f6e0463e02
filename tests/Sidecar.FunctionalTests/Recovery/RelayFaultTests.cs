using System.Globalization;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Tests.Mail;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>A relay that does not take mail: told once with what to change, said to clients, and healed without anybody's help.</summary>
public sealed class RelayFaultTests
{
    private const string Failed = "500 failed to send email";
    private const string Sent = "0 verification passed, email sent";

    [Fact]
    public async Task Code_RelayGoneInAppMode_FailsAndGivesTheCooldownBack()
    {
        await using var world = await RecoveryWorld.StartAsync(new() { Answers = "app" });
        var (email, client) = (world.NewUser(), world.NewClient());
        await world.StopRelayAsync();
        await client.CaptchaAsync(email);

        Assert.Equal(Failed, (await client.CodeAsync(email)).Words);

        world.StartRelay();
        await SendsAgainAsync(client, email);
        Assert.Equal("0 otp verified", (await client.VerifyAsync(email, await world.MailedCodeAsync(email))).Words);
        Assert.Equal(1, await world.CountMailsAsync(email));
    }

    [Fact]
    public async Task Code_RelayGoneInUniformMode_FailsForEverybodyOnceKnownAndHeals()
    {
        await using var world = await RecoveryWorld.StartAsync(new());
        var (email, client) = (world.NewUser(), world.NewClient());
        await world.StopRelayAsync();
        await client.CaptchaAsync(email);
        Assert.Equal(Sent, (await client.CodeAsync(email)).Words);
        await UntilSaidAsync(world, "is down");

        foreach (var other in (string[])[world.NewUser(), "nobody@example.com"])
        {
            var another = world.NewClient();
            await another.CaptchaAsync(other);
            Assert.Equal(Failed, (await another.CodeAsync(other)).Words);
        }

        world.StartRelay();

        // What was accepted before anybody knew goes out late rather than never.
        Assert.Equal("0 otp verified", (await client.VerifyAsync(email, await world.MailedCodeAsync(email))).Words);
        await SendsAgainAsync(world.NewClient(), world.NewUser());
    }

    [Theory]
    [InlineData("", "nothing listens", "smtp.mail_port")]
    [InlineData("silence", "never greets", "smtp.mail_use_ssl: true")]
    [InlineData("S: 220 relay\nC: EHLO\nS: 250-relay\nS: 250 AUTH PLAIN LOGIN\nC: AUTH\nS: 535 5.7.8 no\nC: QUIT\nS: 221 bye", "rejects the login", "smtp.mail_password")]
    [InlineData("S: HTTP/1.1 400 Bad Request\nS: \nsilence", "does not speak SMTP", "smtp.mail_port")]
    public async Task Relay_Unusable_IsToldInOneLineThatSaysWhatToChange(string dialogue, string problem, string fix)
    {
        await using var relay = dialogue.Length == 0 ? null : new FaultySmtpServer(dialogue);
        await using var world = await RecoveryWorld.StartAsync(new()
        {
            Answers = "app",
            Smtp = Relay(relay?.Port ?? FreePort.Next()),
            Settings = ["mail.connect_timeout=1s", "mail.command_timeout=1s"],
        });
        await UntilSaidAsync(world, "is down");
        var (email, client) = (world.NewUser(), world.NewClient());
        await client.CaptchaAsync(email);

        Assert.Equal(Failed, (await client.CodeAsync(email)).Words);

        var line = Assert.Single(world.Log.Split('\n'), static line => line.Contains("is down", StringComparison.Ordinal));
        Assert.Contains(problem, line, StringComparison.Ordinal);
        Assert.Contains(fix, line, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", world.Log, StringComparison.Ordinal);
        Assert.Equal(200, (await client.SendAsync("GET", "/")).Status);
    }

    /// <summary>No clock is moved: only a cooldown that was given back lets this through.</summary>
    private static Task SendsAgainAsync(RecoveryClient client, string email) => RedisServer.UntilAsync(
        async () => (await client.CaptchaAsync(email)).IsPicture && (await client.CodeAsync(email)).Words == Sent, RecoveryWorld.Patience, "no mail is sent");

    private static Task UntilSaidAsync(RecoveryWorld world, string words) => RedisServer.UntilAsync(
        () => Task.FromResult(world.Log.Contains(words, StringComparison.Ordinal)), RecoveryWorld.Patience, $"nobody said `{words}`");

    private static string Relay(int port) => string.Create(CultureInfo.InvariantCulture, $"""
        smtp:
          mail_server: "127.0.0.1"
          mail_port: {port}
          mail_use_ssl: false
          mail_use_tls: false
          mail_username: "mailer"
          mail_password: "hunter2"
          mail_default_sender: ["RAGFlow", "noreply@ragflow.test"]
        """);
}
