using Microsoft.Extensions.Time.Testing;
using Sidecar.Accounts;
using Sidecar.Mail;
using Sidecar.Recovery;
using Sidecar.Tests.Accounts;

namespace Sidecar.Tests.Recovery;

public sealed class RecoveryMailTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly FakeAccounts _accounts = new("Alice.B@Firm.test-domain.org", "alice@example.com");

    [Fact]
    public async Task Resolve_EntryOfAnAccount_IsALetterToTheTypedSpelling()
    {
        var mail = Mail();
        var entry = mail.Code(Address(" Alice.B@Firm.test-domain.org "), "ABCDEFGH", TimeSpan.FromMinutes(5), Asker.Unknown);

        var letter = Assert.IsType<Resolution.Send>(await mail.ResolveAsync(entry, default)).Letter;

        Assert.Equal((mail.Kind, _clock.GetUtcNow() + TimeSpan.FromMinutes(5)), (entry.Kind, entry.Expires));
        Assert.Equal(("Alice.B@Firm.test-domain.org", "reset-code"), (letter.To, letter.Template));
        Assert.Equal(("ABCDEFGH", "5"), (letter.Model["code"], letter.Model["ttl_min"]));
        Assert.Equal(["Alice.B@Firm.test-domain.org"], _accounts.Asked);
    }

    [Theory]
    [InlineData(60, "1")]
    [InlineData(90, "1")]
    [InlineData(600, "10")]
    public async Task Resolve_Lifetime_IsToldInMinutes(int seconds, string minutes)
    {
        var mail = Mail();
        var letter = (Resolution.Send)await mail.ResolveAsync(mail.Code(Address("Alice.B@Firm.test-domain.org"), "ABCDEFGH", TimeSpan.FromSeconds(seconds), Asker.Unknown), default);

        Assert.Equal(minutes, letter.Letter.Model["ttl_min"]);
    }

    [Theory]
    [InlineData("nobody@firm.test-domain.org")]
    [InlineData("ALICE.B@firm.test-domain.org")]
    public async Task Resolve_NoSuchAccount_SendsNothing(string address)
    {
        var mail = Mail();

        Assert.IsType<Resolution.NoAccount>(await mail.ResolveAsync(mail.Code(Address(address), "ABCDEFGH", TimeSpan.FromMinutes(5), Asker.Unknown), default));
    }

    [Fact]
    public async Task Resolve_AccountsDown_IsForALaterAttempt()
    {
        var mail = Mail();
        _accounts.IsDown = true;

        await Assert.ThrowsAsync<AccountsUnavailableException>(async () => await mail.ResolveAsync(mail.Code(Address("alice@example.com"), "ABCDEFGH", TimeSpan.FromMinutes(5), Asker.Unknown), default));
    }

    [Fact]
    public void IsConfigured_WithoutARelay_IsFalse()
    {
        Assert.True(Mail().IsConfigured);
        Assert.False(new RecoveryMail(new SmtpOptions(), _accounts, _clock).IsConfigured);
    }

    private static EmailAddress Address(string text) => EmailAddress.TryParse(text, out var address) ? address : throw new ArgumentException(text);

    private RecoveryMail Mail() => new(new SmtpOptions { Server = "relay" }, _accounts, _clock);
}
