using Sidecar.Accounts;

namespace Sidecar.Tests.Accounts;

/// <summary>Which of the rows that a database found is meant.</summary>
public sealed class SqlUserTests
{
    [Theory]
    [InlineData("alice@example.com", "alice@example.com", true)]
    [InlineData("Alice@Example.COM", "aLICE@example.com", true)]
    [InlineData("alice@example.com ", "alice@example.com", false)]
    [InlineData("alice@éxample.com", "alice@example.com", false)]
    [InlineData("alice@example.com", "alice@éxample.com", false)]
    [InlineData("Élise@example.com", "élise@example.com", false)]
    [InlineData("a@xn--mller-kva.de", "a@MÜLLER.de", true)]
    [InlineData("a@müller.de", "a@xn--mller-kva.de", true)]
    [InlineData("a@muller.de", "a@müller.de", false)]
    [InlineData("\"a b\"@example.com", "a@example.com", false)]
    public void Choose_OneRow_MustBeTheAddress(string stored, string typed, bool expected) =>
        Assert.Equal(expected ? stored : null, Choose(typed, User(stored))?.Address);

    [Theory]
    [InlineData("1", "1", true)]
    [InlineData("1", null, true)]
    [InlineData("0", "1", false)]
    [InlineData("1", "0", false)]
    [InlineData(null, "1", false)]
    public void Choose_Status_MustBeThatOfWhoMaySignIn(string? status, string? active, bool expected) =>
        Assert.Equal(expected, Choose("a@example.com", new SqlUser("a@example.com", status, active, null)) is not null);

    [Fact]
    public void Choose_SeveralRows_IsNobodyWhateverTheyAre()
    {
        Assert.Null(Choose("a@example.com", User("a@example.com"), User("A@example.com")));
        Assert.Null(Choose("a@example.com", User("a@example.com"), User("a@éxample.com")));
        Assert.Null(Choose("a@example.com", User("a@example.com"), new SqlUser("A@example.com", "0", "1", null)));
        Assert.Null(Choose("a@example.com"));
    }

    [Theory]
    [InlineData("a@xn--mller-kva.de", "a@müller.de")]
    [InlineData("a@müller.de", "a@xn--mller-kva.de")]
    [InlineData("a@example.com", null)]
    [InlineData("a@xn--.de", null)]
    [InlineData("a@xn--abc-.de", null)]
    public void OtherSpelling_OfADomain_IsThatOfTheSameMailbox(string address, string? expected) => Assert.Equal(expected, InternationalDomain.OtherSpelling(address));

    private static SqlUser User(string email) => new(email, "1", "1", "password");

    private static Account? Choose(string typed, params SqlUser[] found)
    {
        Assert.True(EmailAddress.TryParse(typed, out var address));
        return SqlLookup.Choose(found, address, InternationalDomain.OtherSpelling(address.Normalised));
    }
}
