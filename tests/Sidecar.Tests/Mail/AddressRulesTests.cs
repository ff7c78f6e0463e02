using CsCheck;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

public sealed class AddressRulesTests
{
    [Theory]
    [InlineData("a@example.com", true)]
    [InlineData("a@Mail.EXAMPLE.org", true)]
    [InlineData("a@example.net.", true)]
    [InlineData("a@x.test", true)]
    [InlineData("a@localhost", true)]
    [InlineData("a@x.y.invalid", true)]
    [InlineData("a@some.example", true)]
    [InlineData("a@notexample.com", false)]
    [InlineData("a@example.com.acme.io", false)]
    [InlineData("a@contest", false)]
    [InlineData("example.com@acme.io", false)]
    public void ReservedDomains_Contains_KnowsSubdomainsAndNoLookalikes(string address, bool expected) =>
        Assert.Equal(expected, ReservedDomains.Contains(address));

    [Theory]
    [InlineData("a@b", true)]
    [InlineData("first.last+tag@mail.acme.io", true)]
    [InlineData("a@xn--bcher-kva.io", true)]
    [InlineData("", false)]
    [InlineData("@b.io", false)]
    [InlineData("a@", false)]
    [InlineData("a@b..io", false)]
    [InlineData("a@-b.io", false)]
    [InlineData(".a@b.io", false)]
    [InlineData("a..a@b.io", false)]
    [InlineData("a b@c.io", false)]
    [InlineData("a@b.io,c@d.io", false)]
    [InlineData("a@b.io\r\nBcc: c@d.io", false)]
    [InlineData("<a@b.io>", false)]
    [InlineData("a@b@c.io", false)]
    [InlineData("é@b.io", false)]
    [InlineData("a@é.io", false)]
    public void MailboxRule_Accepts_OnlyOnePlainAddress(string address, bool expected) =>
        Assert.Equal(expected, MailboxRule.Accepts(address));

    [Theory]
    [InlineData("a@bücher.io", "a@xn--bcher-kva.io")]
    [InlineData("a@BÜCHER.IO", "a@xn--bcher-kva.io")]
    [InlineData("a@例え.jp", "a@xn--r8jz45g.jp")]
    [InlineData("A.b+c@xn--bcher-kva.io", "A.b+c@xn--bcher-kva.io")]
    [InlineData("Jörg.Müller@bücher.io", "Jörg.Müller@xn--bcher-kva.io")]
    [InlineData("用户@例え.jp", "用户@xn--r8jz45g.jp")]
    [InlineData("संपर्क@acme.io", "संपर्क@acme.io")]
    [InlineData("a@faß.de", "a@xn--fa-hia.de")]
    public void MailboxRule_OnTheWire_MapsTheDomainAndLeavesTheLocalPart(string address, string expected)
    {
        Assert.Equal(expected, MailboxRule.OnTheWire(address));
        Assert.Equal(expected.Any(static letter => letter > 127), MailboxRule.NeedsSmtpUtf8(expected));
    }

    [Theory]
    [InlineData("ü\r\nRCPT TO:<c@d.io>@b.io")]
    [InlineData("ü\0@b.io")]
    [InlineData("ü @b.io")]
    [InlineData("ü\u00a0x@b.io")]
    [InlineData("ü\u2028x@b.io")]
    [InlineData("\u202eü@b.io")]
    [InlineData("ü\u2066@b.io")]
    [InlineData("ü\u200f@b.io")]
    [InlineData("ü\u200d@b.io")]
    [InlineData("ü\ufeff@b.io")]
    [InlineData("\"ü\"@b.io")]
    [InlineData("<ü@b.io>")]
    [InlineData("ü＜x＞@b.io")]
    [InlineData("ü，x@b.io")]
    [InlineData("ü＠c.io@b.io")]
    [InlineData("a@ü\u3002b.io")]
    [InlineData("a@ü＠b.io")]
    [InlineData("a@ü b.io")]
    [InlineData("a@ü\r\n.io")]
    [InlineData("a@-ü.io")]
    [InlineData("a@ü..io")]
    [InlineData("a@\u202eü.io")]
    [InlineData("a\ud800@b.io")]
    [InlineData("a@b\ud800.io")]
    public void MailboxRule_OnTheWire_RefusesWhatCouldNameSomethingElse(string address) => Assert.Null(MailboxRule.OnTheWire(address));

    [Fact]
    public void MailboxRule_OnTheWire_CountsOctets()
    {
        Assert.NotNull(MailboxRule.OnTheWire(new string('ü', 32) + "@b.io"));
        Assert.Null(MailboxRule.OnTheWire(new string('ü', 32) + "a@b.io"));
        var domain = string.Join('.', Enumerable.Repeat(new string('b', 62), 3));
        Assert.Equal(188, domain.Length);
        Assert.NotNull(MailboxRule.OnTheWire($"{new string('a', 64)}@{domain}"));
        Assert.NotNull(MailboxRule.OnTheWire($"{new string('a', 63)}@{domain}.c"));
        Assert.Null(MailboxRule.OnTheWire($"{new string('a', 64)}@{domain}.c"));
    }

    [Fact]
    public void MailboxRule_OnTheWire_IsWhatItIsGivenOrNothing() => Gen.String[0, 40].Sample(text =>
    {
        var wire = MailboxRule.OnTheWire($"{text}@b.io");
        return wire is null || (wire == $"{text}@b.io" && !wire.Any(static letter => char.IsControl(letter) || char.IsWhiteSpace(letter) || "<>\"(),:;[]\\".Contains(letter)));
    });

    [Fact]
    public void MailboxRule_TooLong_IsRefused()
    {
        Assert.True(MailboxRule.Accepts(new string('a', 64) + "@b.io"));
        Assert.False(MailboxRule.Accepts(new string('a', 65) + "@b.io"));
        Assert.False(MailboxRule.Accepts("a@" + string.Join('.', Enumerable.Repeat(new string('b', 62), 5))));
    }
}
