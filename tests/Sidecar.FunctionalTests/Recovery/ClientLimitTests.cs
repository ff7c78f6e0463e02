namespace Sidecar.FunctionalTests.Recovery;

/// <summary>Sixty requests a minute from one client network, over all steps and contracts; everybody else goes on.</summary>
public sealed class ClientLimitTests
{
    [Fact]
    public async Task Steps_SixtyFirstWithinAMinute_WaitsAndOthersDoNot()
    {
        await using var world = await RecoveryWorld.StartAsync(new() { Settings = ["limits.client.mode=on", "client_address.trusted_proxies.0=127.0.0.1"] });
        var client = world.NewClient().From("203.0.113.9");
        var email = world.NewUser();
        for (var i = 0; i < 60; i++)
        {
            Assert.DoesNotContain("wait", (await client.VerifyAsync(email, "AAAAAAAA")).Words, StringComparison.Ordinal);
        }

        var refused = await client.CaptchaAsync(email);

        Assert.Matches(@"^10 you still have to wait \d+ seconds$", refused.Words);
        Assert.Equal("\"client\";q=60;w=60", refused.Header("RateLimit-Policy"));
        Assert.StartsWith("\"client\";r=0;t=", refused.Header("RateLimit"), StringComparison.Ordinal);
        Assert.InRange(int.Parse(refused.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal(10, (await client.ResetAsync(email)).Code);
        Assert.Equal(200, (await client.SendAsync("GET", "/")).Status);
        Assert.True((await world.NewClient().From("203.0.113.10").CaptchaAsync(email)).IsPicture);

        await world.AdvanceAsync(61);

        Assert.True((await client.CaptchaAsync(email)).IsPicture);
    }
}
