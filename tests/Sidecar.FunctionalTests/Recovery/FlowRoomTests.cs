namespace Sidecar.FunctionalTests.Recovery;

/// <summary>An address has room for three flows, one a client network; a newcomer is refused rather than an owner put out.</summary>
public sealed class FlowRoomTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private readonly RecoveryWorld world = shared.World;

    [Fact]
    public async Task Code_FourthFlowOfAnAddress_IsRefusedAndTheThreeWork()
    {
        var email = world.NewUser();
        var flows = new List<(RecoveryClient Client, string Code)>();
        for (var i = 1; i <= 3; i++)
        {
            var client = world.NewClient().From($"203.0.113.{i}");
            flows.Add((client, await client.StartAsync(email)));
            await world.AdvanceAsync(61);
        }

        var fourth = world.NewClient().From("203.0.113.4");
        await fourth.CaptchaAsync(email);
        var refused = await fourth.CodeAsync(email);

        AssertWait(refused);
        foreach (var (client, code) in flows)
        {
            Assert.Equal("0 otp verified", (await client.VerifyAsync(email, code)).Words);
        }

        Assert.Equal("0 verification passed, email sent", (await fourth.CodeAsync(email)).Words);
        Assert.Equal(4, await CountAsync(email, 4));
    }

    [Fact]
    public async Task Code_SecondFlowOfTheSameNetwork_IsRefusedWhileTheFirstLives()
    {
        var email = world.NewUser();
        var first = world.NewClient().From("2001:db8:1:2::1");
        var code = await first.StartAsync(email);
        await world.AdvanceAsync(61);

        // The same /64 of IPv6 is the same network.
        var second = world.NewClient().From("2001:db8:1:2:ffff::9");
        await second.CaptchaAsync(email);
        AssertWait(await second.CodeAsync(email));

        Assert.Equal("0 otp verified", (await first.VerifyAsync(email, code)).Words);
        Assert.Equal("0 verification passed, email sent", (await second.CodeAsync(email)).Words);
    }

    private static void AssertWait(Reply reply)
    {
        Assert.Matches(@"^10 you still have to wait \d+ seconds$", reply.Words);
        Assert.InRange(int.Parse(reply.Header("Retry-After")!, System.Globalization.CultureInfo.InvariantCulture), 1, 300);
        Assert.StartsWith("\"flows\";q=", reply.Header("RateLimit-Policy"), StringComparison.Ordinal);
        Assert.StartsWith("\"flows\";r=0;t=", reply.Header("RateLimit"), StringComparison.Ordinal);
    }

    private async Task<int> CountAsync(string email, int expected)
    {
        await world.MailedCodeAsync(email, expected);
        return await world.CountMailsAsync(email);
    }
}
