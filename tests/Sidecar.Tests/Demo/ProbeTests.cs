using Sidecar.Accounts;
using Sidecar.Demo.App;
using Sidecar.Doctor;
using Sidecar.Upstream;

namespace Sidecar.Tests.Demo;

/// <summary>What the sidecar asks each family of releases, asked of the stand-in that is as strict: it learns what it wants and touches nothing.</summary>
public sealed class ProbeTests
{
    [Theory]
    [InlineData(nameof(AppRelease.V1Single))]
    [InlineData(nameof(AppRelease.V1))]
    [InlineData(nameof(AppRelease.Rest))]
    [InlineData(nameof(AppRelease.RestGo))]
    public async Task Account_OfAnyRelease_IsTold(string release)
    {
        await using var fixture = new AppFixture { Release = Enum.Parse<AppRelease>(release), DisablePasswordLogin = true };
        await fixture.InitializeAsync();
        using var client = new HttpMessageInvoker(new SocketsHttpHandler());
        var probe = new AppProbe(new AccountsOptions(AccountsKind.Probe, fixture.App.Address, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(30)), client);
        var before = fixture.App.Users.Find("carol@example.com");

        Assert.True(await probe.ExistsAsync(Address("carol@example.com"), default));
        Assert.False(await probe.ExistsAsync(Address("nobody@example.com"), default));
        Assert.True(await probe.ExistsAsync(Address("Carol@example.com"), default));
        Assert.Equal((before, 0), (fixture.App.Users.Find("carol@example.com"), fixture.App.TrapHits.Count));
    }

    [Theory]
    [InlineData(nameof(AppRelease.V1Single))]
    [InlineData(nameof(AppRelease.V1))]
    [InlineData(nameof(AppRelease.Rest))]
    [InlineData(nameof(AppRelease.RestGo))]
    public async Task Contract_OfAnyRelease_IsFound(string release)
    {
        await using var fixture = new AppFixture { Release = Enum.Parse<AppRelease>(release) };
        await fixture.InitializeAsync();
        using var client = new HttpMessageInvoker(new SocketsHttpHandler());

        var (contracts, isRagflow, _) = await new ContractProbe(client, fixture.App.Address).LookAsync(default);

        Assert.Equal([AppPaths.Of(fixture.Release).Contract], contracts);
        Assert.True(isRagflow);
        Assert.Equal(0, fixture.App.TrapHits.Count);
    }

    private static EmailAddress Address(string text) => EmailAddress.TryParse(text, out var address) ? address : throw new ArgumentException(text);
}
