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

    [Fact]
    public void MailboxRule_TooLong_IsRefused()
    {
        Assert.True(MailboxRule.Accepts(new string('a', 64) + "@b.io"));
        Assert.False(MailboxRule.Accepts(new string('a', 65) + "@b.io"));
        Assert.False(MailboxRule.Accepts("a@" + string.Join('.', Enumerable.Repeat(new string('b', 62), 5))));
    }
}
