using MimeKit;
using Sidecar.Mail;

namespace Sidecar.FunctionalTests.Smtp;

/// <summary>Long and international addresses, through a Postfix that offers SMTPUTF8 and one that does not.</summary>
public sealed class AddressTests(PostfixServer postfix) : IClassFixture<PostfixServer>
{
    public static TheoryData<string, string> Addresses => new()
    {
        { $"{new string('a', 64)}@{PostfixServer.LongDomain}", $"{new string('a', 64)}@{PostfixServer.LongDomain}" },
        { "plain@xn--bcher-kva.test", "plain@xn--bcher-kva.test" },
        { "letters@bücher.test", "letters@xn--bcher-kva.test" },
    };

    [Theory]
    [MemberData(nameof(Addresses))]
    public async Task Send_AsciiLocalPart_ArrivesThroughEveryRelay(string typed, string delivered)
    {
        postfix.SkipUnlessRunning();
        foreach (var port in new[] { postfix.PlainPort, postfix.AsciiPort })
        {
            Assert.Null(await SendAsync(port, typed));
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (postfix.MailCount(delivered) < 2)
        {
            await Task.Delay(20, timeout.Token);
        }

        Assert.Equal(delivered, (await postfix.MailToAsync(delivered)).Headers["Delivered-To"]);
    }

    [Theory]
    [InlineData("Jörg.Müller@sidecar.test", "Jörg.Müller@sidecar.test")]
    [InlineData("用户@bücher.test", "用户@bücher.test")]
    public async Task Send_InternationalLocalPart_ArrivesUnchangedWhereTheRelayCan(string typed, string delivered)
    {
        postfix.SkipUnlessRunning();

        Assert.Null(await SendAsync(postfix.PlainPort, typed));

        var mail = await postfix.MailToAsync(delivered);
        Assert.Equal(delivered, mail.Headers["Delivered-To"]);
        Assert.Contains("with UTF8SMTP", mail.Headers[HeaderId.Received], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_InternationalLocalPart_IsRefusedClearlyWhereTheRelayCannot()
    {
        postfix.SkipUnlessRunning();

        var failure = await SendAsync(postfix.AsciiPort, "Nobody.Jörg@sidecar.test");

        Assert.Equal((RelayTrouble.NoSmtpUtf8, FailureScope.Permanent, false), (failure!.Trouble, failure.Scope, failure.MayHaveOffered));
        Assert.Contains("SMTPUTF8", failure.Line, StringComparison.Ordinal);
        Assert.DoesNotContain("sidecar.test", failure.Line, StringComparison.Ordinal);
        Assert.Equal(0, postfix.LogCount("to=<Nobody."));
    }

    [Fact]
    public async Task Send_InternationalLocalPartOfTwoRelays_GoesToTheOneThatCan()
    {
        postfix.SkipUnlessRunning();
        var routes = new[] { postfix.AsciiPort, postfix.PlainPort }.Select(port =>
        {
            var relay = Relay(port);
            return new RelayRoute(relay, new RelayBreaker($"r{port}", true, relay.ProbeAsync, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance));
        }).ToArray();
        using var relays = new Relays(routes, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<Relays>.Instance);

        Assert.Null(await relays.SendAsync(Message("Zoë@sidecar.test"), default));

        await postfix.MailToAsync("Zoë@sidecar.test");
        Assert.All(routes, static route => Assert.True(route.Breaker.CanDeliver));
    }

    private static Message Message(string to) => new(to, "Größe", "text\n", "<p>html</p>\n");

    private static async Task<RelayFailure?> SendAsync(int port, string to)
    {
        using var relay = Relay(port);
        return await relay.SendAsync(Message(to), default).WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static SmtpRelay Relay(int port) => new(
        new SmtpOptions { Server = "localhost", Port = port, Encryption = RelayEncryption.None, FromName = "Größe", FromAddress = "noreply@acme.io" },
        new MailOptions(),
        TimeProvider.System);
}
