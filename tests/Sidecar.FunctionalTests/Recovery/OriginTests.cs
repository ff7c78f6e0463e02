namespace Sidecar.FunctionalTests.Recovery;

/// <summary>Which pages may drive the flow.</summary>
public sealed class OriginTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private readonly RecoveryWorld world = shared.World;

    [Theory]
    [InlineData("https://evil.example", null)]
    [InlineData("null", null)]
    [InlineData("https://evil.example", "cross-site")]
    [InlineData("http://login.example.org", null)]
    public async Task Steps_OriginOfAnotherSite_AreForbidden(string origin, string? site)
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.ProveAsync(email);
        client.Headers = [new("Origin", origin), .. site is null ? [] : new[] { KeyValuePair.Create("Sec-Fetch-Site", site) }];

        Assert.Equal("403 forbidden", (await client.CodeAsync(email)).Words);
        Assert.Equal("403 forbidden", (await client.VerifyAsync(email, "AAAAAAAA")).Words);
        var reset = await client.ResetAsync(email);
        Assert.Equal("403 forbidden", reset.Words);
        Assert.Null(reset.Header("Access-Control-Allow-Origin"));
        Assert.Equal(0, world.Flags.Asked(email));
    }

    [Fact]
    public async Task Steps_ListedOrigin_WorkAndMayBeRead()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        client.Headers = [new("Origin", "https://login.example.org"), new("Sec-Fetch-Site", "cross-site")];
        var captcha = await client.CaptchaAsync(email);
        client.Ticket = client.Given;
        var sent = await client.CodeAsync(email);
        client.Ticket = client.Given;
        var verified = await client.VerifyAsync(email, await world.MailedCodeAsync(email));
        client.Ticket = client.Given;

        Assert.Equal("0 otp verified", verified.Words);
        Assert.All([captcha, sent, verified], static reply => Assert.Equal("https://login.example.org", reply.Header("Access-Control-Allow-Origin")));
        Assert.Equal(0, (await client.ResetAsync(email)).Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Steps_OwnOrigin_Work(bool isSaidByTheBrowser)
    {
        var email = world.NewUser();
        var client = world.NewClient();
        var host = world.Sidecar.BaseUrl.Authority;
        client.Headers = isSaidByTheBrowser
            ? [new("Origin", "https://public.example"), new("Sec-Fetch-Site", "same-origin")]
            : [new("Origin", $"http://{host}")];

        await client.ProveAsync(email);

        Assert.Equal(0, (await client.ResetAsync(email)).Code);
    }
}
