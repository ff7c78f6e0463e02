using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>What a browser is told to keep, and when it is told to forget it.</summary>
public sealed class CookieTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private readonly RecoveryWorld world = shared.World;

    [Fact]
    public async Task Captcha_PlainHttp_SetsALaxCookieWithoutSecure()
    {
        var cookie = (await world.NewClient().CaptchaAsync(world.NewUser())).Cookie;

        Assert.StartsWith("sidecar-flow=", cookie, StringComparison.Ordinal);
        Assert.Equal(["httponly", "path=/", "samesite=lax"], Attributes(cookie));
    }

    [Fact]
    public async Task Captcha_HttpsAtTheTrustedProxy_SetsAHostCookie()
    {
        var client = world.NewClient();
        client.Headers = [new("X-Forwarded-For", "203.0.113.7"), new("X-Forwarded-Proto", "https")];

        var cookie = (await client.CaptchaAsync(world.NewUser())).Cookie;

        Assert.StartsWith("__Host-sidecar-flow=", cookie, StringComparison.Ordinal);
        Assert.Equal(["httponly", "path=/", "samesite=lax", "secure"], Attributes(cookie));
    }

    [Fact]
    public async Task Steps_HostCookieOverHttps_CarryTheFlowToItsEnd()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        var https = KeyValuePair.Create("X-Forwarded-Proto", "https");
        client.Headers = [https];
        Carry(client, https, (await client.CaptchaAsync(email)).Cookie);
        Carry(client, https, (await client.CodeAsync(email)).Cookie);
        var verified = await client.VerifyAsync(email, await world.MailedCodeAsync(email));
        Carry(client, https, verified.Cookie);

        var reset = await client.ResetAsync(email);

        Assert.Equal(0, reset.Code);
        Assert.StartsWith("__Host-sidecar-flow=;", reset.Cookie, StringComparison.Ordinal);
        Assert.Contains("secure", Attributes(reset.Cookie));
        Assert.Contains(Attributes(reset.Cookie), a => a.StartsWith("expires=thu, 01 jan 1970", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reset_Accepted_DeletesTheCookieAndARefusedOneKeepsIt()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.ProveAsync(email);

        Assert.Null((await client.ResetAsync(email, "fresh-password", confirm: "another")).Cookie);
        var reset = await client.ResetAsync(email);

        Assert.StartsWith("sidecar-flow=;", reset.Cookie, StringComparison.Ordinal);
        Assert.Equal(["expires=thu, 01 jan 1970 00:00:00 gmt", "httponly", "path=/", "samesite=lax"], Attributes(reset.Cookie));
    }

    [Fact]
    public async Task Captcha_CrossSitePage_SetsNoCookieYetCarriesTheHeader()
    {
        var client = world.NewClient();
        client.Headers = [new("Sec-Fetch-Site", "cross-site")];

        var reply = await client.CaptchaAsync(world.NewUser());

        Assert.True(reply.IsPicture);
        Assert.Null(reply.Cookie);
        Assert.NotNull(reply.Ticket);
    }

    [Fact]
    public async Task Captcha_PlainHttpFromElsewhere_IsWarnedOfOnce()
    {
        var email = world.NewUser();
        await world.NewClient().From("203.0.113.20").CaptchaAsync(email);
        await world.NewClient().From("203.0.113.21").CaptchaAsync(email);

        await RedisServer.UntilAsync(() => Task.FromResult(Warnings() > 0), RecoveryWorld.Patience, "no warning");
        Assert.Equal(1, Warnings());

        int Warnings() => world.Log.Split('\n').Count(static line => line.Contains("over plain http", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Steps_AllAnswers_AreNotStored()
    {
        var email = world.NewUser();
        var client = world.NewClient();

        Assert.Equal("no-store", (await client.CaptchaAsync(email)).Header("Cache-Control"));
        Assert.Equal("no-store", (await client.CodeAsync(email)).Header("Cache-Control"));
        Assert.Equal("no-store", (await client.VerifyAsync(email, "AAAAAAAA")).Header("Cache-Control"));
    }

    private static void Carry(RecoveryClient client, KeyValuePair<string, string> https, string? cookie) =>
        client.Headers = [https, new("Cookie", cookie!.Split(';')[0])];

    private static string[] Attributes(string? cookie) =>
        [.. (cookie ?? "").Split(';', StringSplitOptions.TrimEntries).Skip(1).Select(static a => a.ToLowerInvariant()).Order(StringComparer.Ordinal)];
}
