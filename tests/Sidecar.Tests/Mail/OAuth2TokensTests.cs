using Microsoft.Extensions.Time.Testing;
using Sidecar.Mail;

namespace Sidecar.Tests.Mail;

/// <summary>The life of a token, against an endpoint that checks every field.</summary>
public sealed class OAuth2TokensTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("sidecar-oauth2-");
    private readonly FakeTimeProvider _time = new();

    private string Kept => Path.Combine(_directory.FullName, "refresh.json");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData(OAuth2Provider.Google, OAuth2Grant.RefreshToken)]
    [InlineData(OAuth2Provider.Microsoft, OAuth2Grant.RefreshToken)]
    [InlineData(OAuth2Provider.Microsoft, OAuth2Grant.ClientCredentials)]
    internal async Task Get_StrictEndpoint_GivesATokenAndAsksOnce(OAuth2Provider provider, OAuth2Grant grant)
    {
        await using var endpoint = await TokenProvider.StartAsync(provider);
        var tokens = Tokens(endpoint.Options(grant));

        var first = await tokens.GetAsync(default);

        Assert.True(TokenProvider.IsGood(first));
        Assert.Equal(first, await tokens.GetAsync(default));
        Assert.Single(endpoint.Requests);
    }

    [Fact]
    public async Task Get_ManySessionsAtOnce_AreOneRequest()
    {
        await using var endpoint = await TokenProvider.StartAsync();
        var gate = new TaskCompletionSource();
        endpoint.Gate = gate.Task;
        var tokens = Tokens(endpoint.Options());

        var waiting = Enumerable.Range(0, 50).Select(_ => Task.Run(() => tokens.GetAsync(default))).ToArray();
        while (endpoint.Requests.IsEmpty)
        {
            await Task.Yield();
        }

        gate.SetResult();

        Assert.Single((await Task.WhenAll(waiting)).Distinct());
        Assert.Single(endpoint.Requests);
    }

    [Theory]
    [InlineData(3600, 3299, 1)]
    [InlineData(3600, 3301, 2)]
    [InlineData(60, 53, 1)]
    [InlineData(60, 55, 2)]
    public async Task Get_TokenAboutToEnd_IsRenewedBefore(int lifetime, int after, int requests)
    {
        await using var endpoint = await TokenProvider.StartAsync();
        endpoint.Lifetime = lifetime;
        var tokens = Tokens(endpoint.Options());
        await tokens.GetAsync(default);

        _time.Advance(TimeSpan.FromSeconds(after));
        await tokens.GetAsync(default);

        Assert.Equal(requests, endpoint.Requests.Count);
    }

    [Fact]
    public async Task Get_EndpointAwayWhileTheTokenIsStillGood_GoesOnWithIt()
    {
        await using var endpoint = await TokenProvider.StartAsync();
        var tokens = Tokens(endpoint.Options());
        var first = await tokens.GetAsync(default);
        endpoint.Broken = (503, "busy");

        _time.Advance(TimeSpan.FromMinutes(57));
        Assert.Equal(first, await tokens.GetAsync(default));
        Assert.Equal(first, await tokens.GetAsync(default));
        Assert.Equal(2, endpoint.Requests.Count);

        _time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(RelayTrouble.TokenEndpointAway, (await RefusalAsync(tokens)).Trouble);

        endpoint.Broken = null;
        Assert.NotEqual(first, await tokens.GetAsync(default));
    }

    [Fact]
    public async Task Renew_RefusedByTheRelay_AsksOnceAMinuteAtMost()
    {
        await using var endpoint = await TokenProvider.StartAsync();
        var tokens = Tokens(endpoint.Options());
        var first = await tokens.GetAsync(default);

        var second = await tokens.RenewAsync(first, default);
        Assert.NotNull(second);
        Assert.NotEqual(first, second);
        // Another session that still holds the first gets what is there.
        Assert.Equal(second, await tokens.RenewAsync(first, default));
        Assert.Null(await tokens.RenewAsync(second, default));
        Assert.Equal(2, endpoint.Requests.Count);

        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.NotNull(await tokens.RenewAsync(second, default));
        Assert.Equal(3, endpoint.Requests.Count);
    }

    [Fact]
    public async Task Get_ExchangedRefreshToken_IsUsedNextTime()
    {
        await using var endpoint = await TokenProvider.StartAsync(OAuth2Provider.Microsoft);
        var tokens = Tokens(endpoint.Options());

        for (var round = 0; round < 3; round++)
        {
            await tokens.GetAsync(default);
            _time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal([TokenProvider.FirstRefreshToken, "1//refresh-1", "1//refresh-2"], endpoint.Requests.Select(static fields => fields["refresh_token"]));
    }

    [Fact]
    public async Task Get_ExchangedRefreshToken_OutlivesTheProcess()
    {
        await using var endpoint = await TokenProvider.StartAsync(OAuth2Provider.Microsoft);
        await Tokens(endpoint.Options(refreshTokenFile: Kept)).GetAsync(default);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(Kept).UnixFileMode);
        Assert.Equal([Kept], Directory.GetFiles(_directory.FullName));

        var afterRestart = Tokens(endpoint.Options(refreshTokenFile: Kept));

        Assert.True(TokenProvider.IsGood(await afterRestart.GetAsync(default)));
        Assert.Equal("1//refresh-1", endpoint.Requests.Last()["refresh_token"]);
    }

    [Fact]
    public async Task Get_NewSignInInTheSettings_WinsOverTheKeptToken()
    {
        await using var endpoint = await TokenProvider.StartAsync(OAuth2Provider.Microsoft);
        await Tokens(endpoint.Options(refreshTokenFile: Kept)).GetAsync(default);
        endpoint.RefreshToken = "1//signed-in-again";

        await Tokens(endpoint.Options(refreshTokenFile: Kept) with { RefreshToken = "1//signed-in-again" }).GetAsync(default);

        Assert.Equal("1//signed-in-again", endpoint.Requests.Last()["refresh_token"]);
    }

    [Fact]
    public async Task Get_OtherReplicaUsedTheRefreshToken_TakesWhatThatOneKept()
    {
        await using var endpoint = await TokenProvider.StartAsync(OAuth2Provider.Microsoft);
        var (one, other) = (Tokens(endpoint.Options(refreshTokenFile: Kept)), Tokens(endpoint.Options(refreshTokenFile: Kept)));

        await one.GetAsync(default);

        Assert.True(TokenProvider.IsGood(await other.GetAsync(default)));
        Assert.Equal(3, endpoint.Requests.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not JSON")]
    [InlineData("[]")]
    [InlineData("{\"origin\":7,\"refresh_token\":\"x\"}")]
    public async Task Get_SpoiledKeptFile_IsAsIfThereWereNone(string content)
    {
        await using var endpoint = await TokenProvider.StartAsync(OAuth2Provider.Microsoft);
        await File.WriteAllTextAsync(Kept, content);

        Assert.True(TokenProvider.IsGood(await Tokens(endpoint.Options(refreshTokenFile: Kept)).GetAsync(default)));
    }

    [Fact]
    public async Task Get_RefreshTokenCannotBeKept_WarnsOnceAndMailGoesOn()
    {
        await using var endpoint = await TokenProvider.StartAsync(OAuth2Provider.Microsoft);
        var logger = new CapturingLogger<OAuth2Tokens>();
        var options = endpoint.Options(refreshTokenFile: Path.Combine(_directory.FullName, "missing", "refresh.json"));
        var tokens = OAuth2Tokens.For(new SmtpOptions { OAuth2 = options }, new MailOptions(), _time, logger)!;

        await tokens.GetAsync(default);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.True(TokenProvider.IsGood(await tokens.GetAsync(default)));

        Assert.Equal("mail.oauth2", Assert.Single(logger.Events)["Key"]);
    }

    [Fact]
    public async Task Get_WaiterLeaves_TheRequestIsFinishedAndItsRefreshTokenKept()
    {
        await using var endpoint = await TokenProvider.StartAsync(OAuth2Provider.Microsoft);
        var gate = new TaskCompletionSource();
        endpoint.Gate = gate.Task;
        var tokens = Tokens(endpoint.Options(refreshTokenFile: Kept));
        using var impatient = new CancellationTokenSource();
        var left = tokens.GetAsync(impatient.Token);
        while (endpoint.Requests.IsEmpty)
        {
            await Task.Yield();
        }

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        gate.SetResult();

        Assert.True(TokenProvider.IsGood(await tokens.GetAsync(default)));
        Assert.Single(endpoint.Requests);
        Assert.Contains("1//refresh-1", await File.ReadAllTextAsync(Kept), StringComparison.Ordinal);
    }

    private static async Task<OAuth2Answer.Refusal> RefusalAsync(OAuth2Tokens tokens) =>
        (await Assert.ThrowsAsync<TokenRefusedException>(() => tokens.GetAsync(default))).Refusal;

    private OAuth2Tokens Tokens(OAuth2Options options) => OAuth2Tokens.For(new SmtpOptions { OAuth2 = options }, new MailOptions(), _time)!;
}
