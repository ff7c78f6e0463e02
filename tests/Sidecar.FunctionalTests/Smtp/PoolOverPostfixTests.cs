using System.Security.Cryptography.X509Certificates;
using Sidecar.Mail;

namespace Sidecar.FunctionalTests.Smtp;

/// <summary>Connections kept between mails, over a Postfix that ends them in its own ways.</summary>
public sealed class PoolOverPostfixTests(PostfixServer postfix) : IClassFixture<PostfixServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Send_ManyMails_ShareConnectionsAndLogins()
    {
        postfix.SkipUnlessRunning();
        using var relay = Relay(postfix.ImplicitTlsPort, login: true);

        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await SendAsync(relay, "many@sidecar.test"));
        }

        await relay.CloseAsync();
        // Whoever else connects, the start of Postfix among them, is in the same log: all five in one session are these.
        await UntilAsync(() => postfix.LogCount("auth=1 mail=5 rcpt=5 data=5 quit=1") == 1);
    }

    [Fact]
    public async Task Send_RecipientRefused_TheConnectionServesOn()
    {
        postfix.SkipUnlessRunning();
        using var relay = Relay(postfix.ImplicitTlsPort, login: true);

        Assert.Equal(RelayTrouble.RecipientRefused, (await SendAsync(relay, "refused@sidecar.test"))?.Trouble);
        Assert.Equal(RelayTrouble.Busy, (await SendAsync(relay, "later@sidecar.test"))?.Trouble);
        Assert.Null(await SendAsync(relay, "served@sidecar.test"));

        await relay.CloseAsync();
        await UntilAsync(() => postfix.LogCount("auth=1 mail=3 rcpt=1/3 data=1/3 rset=2 quit=1") + postfix.LogCount("auth=1 mail=3 rcpt=1/3 data=1 rset=2 quit=1") == 1);
        await postfix.MailToAsync("served@sidecar.test");
    }

    [Fact]
    public async Task Send_RelayRestartedOrReloadedBetweenMails_NoneFails()
    {
        postfix.SkipUnlessRunning();
        using var relay = Relay(postfix.StartTlsPort, login: true);
        var to = $"{Guid.NewGuid():N}@sidecar.test";

        for (var i = 0; i < 2; i++)
        {
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync(relay, to))), Assert.Null);
            await postfix.StopAsync();
            await postfix.StartAsync();
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync(relay, to))), Assert.Null);
            await postfix.ReloadAsync();
        }

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => SendAsync(relay, to))), Assert.Null);
        await UntilAsync(() => postfix.MailCount(to) == 20);
    }

    [Fact]
    public async Task Send_AfterTheRelayClosedTheIdleConnection_IsDelivered()
    {
        postfix.SkipUnlessRunning();
        using var relay = Relay(postfix.AsciiPort, login: false);
        Assert.Null(await SendAsync(relay, "idle@sidecar.test"));

        await UntilAsync(() => postfix.LogCount("timeout after") > 0);

        Assert.Null(await SendAsync(relay, "idle@sidecar.test"));
        await UntilAsync(() => postfix.MailCount("idle@sidecar.test") == 2);
    }

    private static Task<RelayFailure?> SendAsync(SmtpRelay relay, string to) =>
        relay.SendAsync(new Message(to, "Subject", "text\n", "<p>html</p>\n"), default).WaitAsync(Patience);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timeout = new CancellationTokenSource(Patience);
        while (!condition())
        {
            await Task.Delay(20, timeout.Token);
        }
    }

    private SmtpRelay Relay(int port, bool login)
    {
        var authority = new X509Certificate2Collection();
        authority.ImportFromPemFile(postfix.AuthorityFile);
        var smtp = new SmtpOptions
        {
            Server = "localhost",
            Port = port,
            Encryption = port == postfix.ImplicitTlsPort ? RelayEncryption.ImplicitTls : port == postfix.StartTlsPort ? RelayEncryption.StartTls : RelayEncryption.None,
            Username = login ? PostfixServer.User : "",
            Password = login ? PostfixServer.Password : "",
            FromAddress = "noreply@acme.io",
        };
        return new(smtp, new MailOptions { ExtraAuthorities = authority }, TimeProvider.System);
    }
}
