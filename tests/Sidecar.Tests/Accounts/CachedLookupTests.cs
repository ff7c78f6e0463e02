using Microsoft.Extensions.Time.Testing;
using Sidecar.Accounts;

namespace Sidecar.Tests.Accounts;

public sealed class CachedLookupTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly FakeAccounts _accounts = new("alice@example.com");
    private readonly CachedLookup _lookup;

    public CachedLookupTests() => _lookup = Lookup(TimeSpan.FromSeconds(30));

    public void Dispose() => _lookup.Dispose();

    [Theory]
    [InlineData("alice@example.com", true)]
    [InlineData("nobody@example.com", false)]
    public async Task Exists_AskedAgain_IsAnsweredFromMemoryUntilTheEnd(string address, bool exists)
    {
        Assert.Equal(exists, await AskAsync(_lookup, address));
        _clock.Advance(TimeSpan.FromSeconds(29.9));
        Assert.Equal(exists, await AskAsync(_lookup, address));
        Assert.Single(_accounts.Asked);

        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(exists, await AskAsync(_lookup, address));
        Assert.Equal(2, _accounts.Asked.Count);
    }

    [Fact]
    public async Task Exists_Failure_IsNotKept()
    {
        _accounts.IsDown = true;
        await Assert.ThrowsAsync<AccountsUnavailableException>(async () => await AskAsync(_lookup, "alice@example.com"));
        Assert.Equal("down", _lookup.Trouble);
        _accounts.IsDown = false;

        Assert.True(await AskAsync(_lookup, "alice@example.com"));
    }

    /// <summary>Where the app minds case, somebody asking for `ALICE@…` must not make the owner unknown, nor the other way round.</summary>
    [Fact]
    public async Task Exists_OtherSpelling_IsAnotherQuestion()
    {
        Assert.False(await AskAsync(_lookup, "ALICE@example.com"));
        Assert.True(await AskAsync(_lookup, "alice@example.com"));
        Assert.False(await AskAsync(_lookup, "Alice@example.com"));
    }

    [Fact]
    public async Task Exists_CacheOff_AsksEachTime()
    {
        using var lookup = Lookup(TimeSpan.Zero);
        await AskAsync(lookup, "alice@example.com");
        await AskAsync(lookup, "alice@example.com");

        Assert.Equal(2, _accounts.Asked.Count);
    }

    private static async Task<bool> AskAsync(CachedLookup lookup, string text)
    {
        Assert.True(EmailAddress.TryParse(text, out var address));
        return await lookup.ExistsAsync(address, default);
    }

    private CachedLookup Lookup(TimeSpan cache) => new(_accounts, new AccountsOptions(AccountsKind.Probe, new Uri("http://app.test"), TimeSpan.FromSeconds(3), cache), _clock);
}
