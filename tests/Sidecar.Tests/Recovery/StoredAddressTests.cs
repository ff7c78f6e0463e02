using Microsoft.Extensions.Time.Testing;
using Sidecar.Accounts;
using Sidecar.Mail;
using Sidecar.Recovery;
using Sidecar.Verification;

namespace Sidecar.Tests.Recovery;

/// <summary>Every mail goes to the address that the account has, whatever was typed.</summary>
public sealed class StoredAddressTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Stored _accounts = new();

    [Fact]
    public async Task Code_AccountStoredOtherwise_GoesToTheStoredAddress()
    {
        var letter = await CodeAsync();

        Assert.Equal(("Alice@Example.com", "reset-code", "ABCDEFGH"), (letter.To, letter.Template, letter.Model["code"]));
    }

    [Fact]
    public async Task Code_AccountWithoutAPassword_IsNoCodeButTheWayIn()
    {
        _accounts.Account = _accounts.Account with { LoginChannel = "github" };

        var letter = await CodeAsync();

        Assert.Equal(("Alice@Example.com", "reset-no-password", "github"), (letter.To, letter.Template, letter.Model["login_channel"]));
        Assert.DoesNotContain("ABCDEFGH", letter.Model.Values);
        var faults = new List<Sidecar.Hosting.Fault>();
        var shared = new Dictionary<string, object?> { ["app_name"] = "Acme", ["frontend_url"] = "" };
        var templates = MailTemplates.Load(Mail.MailSamples.Shipped, SidecarOptions.Mails(verification: false, channels: true), shared, faults);
        Assert.Empty(faults);
        Assert.All(["en", "zh"], language => Assert.Contains("github", templates.Render(letter with { Language = language }).Html, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Notice_AccountStoredOtherwise_GoesToTheStoredAddress()
    {
        var mail = new NoticeMail(_clock, accounts: _accounts);

        var letter = Assert.IsType<Resolution.Send>(await mail.ResolveAsync(mail.Entry(Typed, Asker.Unknown), default)).Letter;

        Assert.Equal("Alice@Example.com", letter.To);
    }

    [Fact]
    public async Task Verification_AccountStoredOtherwise_IsToldToTheStoredAddress()
    {
        var mail = new VerificationMail(new SmtpOptions { Server = "relay" }, _accounts, _clock);

        var letter = Assert.IsType<Resolution.Send>(await mail.ResolveAsync(mail.Code(Typed, "ABCDEFGH", TimeSpan.FromMinutes(5), Asker.Unknown), default)).Letter;

        Assert.Equal(("Alice@Example.com", "verify-exists"), (letter.To, letter.Template));
    }

    [Fact]
    public async Task Cache_Answer_KeepsTheAccount()
    {
        var options = new AccountsOptions(AccountsKind.Sql, new("http://app"), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        using var cached = new CachedLookup(_accounts, options, _clock);
        await cached.FindAsync(Typed, default);

        Assert.Equal("Alice@Example.com", (await cached.FindAsync(Typed, default))!.Address);
        Assert.Equal(1, _accounts.Asked);
    }

    private static EmailAddress Typed => EmailAddress.TryParse("alice@example.com", out var address) ? address : throw new InvalidOperationException();

    private async Task<Letter> CodeAsync()
    {
        var mail = new RecoveryMail(new SmtpOptions { Server = "relay" }, _accounts, _clock);
        return Assert.IsType<Resolution.Send>(await mail.ResolveAsync(mail.Code(Typed, "ABCDEFGH", TimeSpan.FromMinutes(5), Asker.Unknown), default)).Letter;
    }

    private sealed class Stored : IAccountLookup
    {
        public Account Account { get; set; } = new("Alice@Example.com");

        public int Asked { get; private set; }

        public string Trouble => "";

        public ValueTask<bool> ExistsAsync(EmailAddress address, CancellationToken cancellationToken) => new(true);

        public ValueTask<Account?> FindAsync(EmailAddress address, CancellationToken cancellationToken)
        {
            Asked++;
            return new(Account);
        }
    }
}
