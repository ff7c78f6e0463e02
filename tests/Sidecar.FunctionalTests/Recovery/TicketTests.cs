namespace Sidecar.FunctionalTests.Recovery;

/// <summary>The proof belongs to the client that asked, and to its address and step alone.</summary>
public sealed class TicketTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private const string Expired = "10 expired otp";
    private const string Unproven = "109 email not verified";

    private readonly RecoveryWorld world = shared.World;

    [Fact]
    public async Task Verify_RightCodeWithoutTheTicket_IsExpired()
    {
        var email = world.NewUser();
        var owner = world.NewClient();
        var code = await owner.StartAsync(email);

        Assert.Equal(Expired, (await world.NewClient().VerifyAsync(email, code)).Words);
        Assert.Equal("0 otp verified", (await owner.VerifyAsync(email, code)).Words);
    }

    [Fact]
    public async Task Verify_HeaderAndCookie_HeaderAloneCounts()
    {
        var email = world.NewUser();
        var owner = world.NewClient();
        var code = await owner.StartAsync(email);
        var cookieOnly = owner.Given;

        owner.Ticket = "nonsense";
        Assert.Equal(Expired, (await owner.VerifyAsync(email, code)).Words);
        owner.Ticket = cookieOnly;
        Assert.Equal("0 otp verified", (await owner.VerifyAsync(email, code)).Words);
    }

    [Fact]
    public async Task Steps_TicketOfAnotherAddress_CountsAsAbsent()
    {
        var (mine, other) = (world.NewUser(), world.NewUser());
        var client = world.NewClient();
        var code = await client.StartAsync(mine);

        Assert.Equal("10 invalid or expired captcha", (await client.CodeAsync(other)).Words);
        Assert.Equal(Expired, (await client.VerifyAsync(other, code)).Words);
        Assert.Equal("0 otp verified", (await client.VerifyAsync(mine, code)).Words);
        Assert.Equal(Unproven, (await client.ResetAsync(other)).Words);
        Assert.Equal(0, world.Flags.Asked(other));
    }

    [Fact]
    public async Task Verify_RightCode_RotatesTheTicket()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        var code = await client.StartAsync(email);
        var before = client.Given;
        await client.VerifyAsync(email, code);
        var after = client.Given;

        Assert.NotEqual(before, after);
        var thief = world.NewClient();
        thief.Ticket = before;
        Assert.Equal(Unproven, (await thief.ResetAsync(email)).Words);
        Assert.Equal(Expired, (await thief.VerifyAsync(email, code)).Words);
        thief.Ticket = after;
        Assert.Equal(Expired, (await thief.VerifyAsync(email, code)).Words);
        Assert.Equal(0, (await client.ResetAsync(email)).Code);
    }

    [Fact]
    public async Task Reset_UnverifiedOrForgedTicket_IsUnproven()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.StartAsync(email);

        Assert.Equal(Unproven, (await client.ResetAsync(email)).Words);
        Assert.Equal(Unproven, (await world.NewClient().ResetAsync(email)).Words);
        client.Ticket = client.Given![..^4] + (client.Given!.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA");
        Assert.Equal(Unproven, (await client.ResetAsync(email)).Words);
        Assert.Equal(0, world.Flags.Asked(email));
    }

    [Fact]
    public async Task Captcha_SameUnverifiedTicket_KeepsTheFlowAndItsCode()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        var code = await client.StartAsync(email);

        Assert.True((await client.CaptchaAsync(email)).IsPicture);
        Assert.Equal("0 otp verified", (await client.VerifyAsync(email, code)).Words);
    }

    [Fact]
    public async Task Ticket_AnyStep_NeverReachesTheApp()
    {
        var client = world.NewClient();
        await client.CaptchaAsync(world.NewUser());
        client.Ticket = client.Given;

        var echo = (await client.SendAsync("GET", "/demo/echo/x")).Raw.Body;

        Assert.DoesNotContain("sidecar", System.Text.Encoding.UTF8.GetString(echo), StringComparison.OrdinalIgnoreCase);
    }
}
