using Microsoft.Extensions.Time.Testing;
using Sidecar.Accounts;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Tests.Accounts;
using Sidecar.Verification;

namespace Sidecar.Tests.Verification;

public sealed class VerificationMailTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly FakeAccounts _accounts = new("alice@acme.io");

    [Fact]
    public async Task Resolve_AddressWithoutAccount_GetsTheCode()
    {
        var letter = await ResolveAsync(_accounts, " Nora@Acme.io ");

        Assert.Equal(("Nora@Acme.io", "verify-code", "ABCDEFGH", "5"), (letter.To, letter.Template, letter.Model["code"], letter.Model["ttl_min"]));
        Assert.Equal(["Nora@Acme.io"], _accounts.Asked);
    }

    [Fact]
    public async Task Resolve_AddressWithAccount_IsToldSoAndGetsNoCode()
    {
        var letter = await ResolveAsync(_accounts, "alice@acme.io");

        Assert.Equal(("alice@acme.io", "verify-exists"), (letter.To, letter.Template));
        Assert.Empty(letter.Model);
    }

    [Fact]
    public async Task Resolve_AppThatCannotBeAsked_EverybodyGetsTheCode()
    {
        Assert.Equal("verify-code", (await ResolveAsync(null, "alice@acme.io")).Template);
        Assert.Null(await Mail(null).RefusalAsync(Address("alice@acme.io"), default));
    }

    [Fact]
    public async Task Resolve_AccountsDown_IsForALaterAttempt()
    {
        _accounts.IsDown = true;

        await Assert.ThrowsAsync<AccountsUnavailableException>(() => ResolveAsync(_accounts, "alice@acme.io"));
    }

    [Fact]
    public void Ended_Mail_IsToldUnderItsPurposeAndWithoutTheAddress()
    {
        var keys = KeyRing.Generate();
        var log = new CapturingLogger<MailAudit>();
        var mail = new VerificationMail(new SmtpOptions(), _accounts, _clock, new MailAudit(keys, log));

        mail.Ended(mail.Code(Address("alice@acme.io"), "ABCDEFGH", TimeSpan.FromMinutes(5)), DeliveryOutcome.Delivered);

        var told = Assert.Single(log.Events);
        Assert.Equal(("verification.mail", "verification", "mail", "delivered", keys.Name("alice@acme.io").Value), (told["event"], told["purpose"], told["step"], told["outcome"], told["address_hash"]));
        Assert.DoesNotContain("acme", string.Concat(told.Values), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "verify-code")]
    [InlineData("", "verify-exists")]
    [InlineData("en", "verify-code")]
    [InlineData("en", "verify-exists")]
    [InlineData("zh", "verify-code")]
    [InlineData("zh", "verify-exists")]
    public void Templates_Shipped_RenderWithoutAFault(string folder, string name)
    {
        var directory = Path.Combine(House.SourceTree.Root, "conf", "templates", folder);
        var faults = new List<Sidecar.Hosting.Fault>();
        var rule = name == "verify-code" ? VerificationMail.CodeTemplate : VerificationMail.ExistsTemplate;
        var templates = MailTemplates.Load(directory, [rule], new Dictionary<string, object?> { ["app_name"] = "Acme", ["frontend_url"] = "https://acme.io" }, faults);
        Assert.Empty(faults);

        var mail = templates.Render(new("a@acme.io", name, "en", new() { ["code"] = "QWMZKTRB", ["ttl_min"] = "5" }));

        Assert.All([mail.Text, mail.Html], part => Assert.Equal(name == "verify-code", part.Contains("QWMZKTRB", StringComparison.Ordinal)));
        Assert.All([mail.Subject, mail.Text, mail.Html], static part => Assert.Contains("Acme", part, StringComparison.Ordinal));
        Assert.DoesNotContain("{{", mail.Text + mail.Html, StringComparison.Ordinal);
    }

    private async Task<Letter> ResolveAsync(IAccountLookup? accounts, string address)
    {
        var mail = Mail(accounts);
        var entry = mail.Code(Address(address), "ABCDEFGH", TimeSpan.FromMinutes(5));
        Assert.Equal((mail.Kind, _clock.GetUtcNow() + TimeSpan.FromMinutes(5)), (entry.Kind, entry.Expires));
        return Assert.IsType<Resolution.Send>(await mail.ResolveAsync(entry, default)).Letter;
    }

    private static EmailAddress Address(string text) => EmailAddress.TryParse(text, out var address) ? address : throw new ArgumentException(text);

    private VerificationMail Mail(IAccountLookup? accounts) => new(new SmtpOptions { Server = "relay" }, accounts, _clock);
}
