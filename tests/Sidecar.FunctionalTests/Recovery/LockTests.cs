namespace Sidecar.FunctionalTests.Recovery;

/// <summary>Five guesses a flow, then half an hour closed, for that flow and nobody else.</summary>
public sealed class LockTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private const string Wrong = "109 expired otp";
    private const string Locked = "10 too many attempts, try later";
    private const int HalfAnHour = 30 * 60;

    private readonly RecoveryWorld world = shared.World;

    [Fact]
    public async Task Verify_FiveWrong_ClosesTheFlowForHalfAnHour()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        var code = await client.StartAsync(email);
        await GuessAsync(client, email, code, 5);

        Assert.Equal(Locked, (await client.VerifyAsync(email, code)).Words);
        await world.AdvanceAsync(61);
        Assert.True((await client.CaptchaAsync(email)).IsPicture);
        Assert.Equal(Locked, (await client.CodeAsync(email)).Words);
        Assert.Equal(Locked, (await client.VerifyAsync(email, code)).Words);
        Assert.Equal(1, await world.CountMailsAsync(email));

        await world.AdvanceAsync(HalfAnHour);

        Assert.Equal("10 expired otp", (await client.VerifyAsync(email, code)).Words);
        Assert.Equal("0 otp verified", (await client.VerifyAsync(email, await client.StartAsync(email))).Words);
    }

    [Fact]
    public async Task Verify_TriesBeforeAResend_StillCount()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await GuessAsync(client, email, await client.StartAsync(email), 3);
        await world.AdvanceAsync(61);
        var code = await client.StartAsync(email);

        await GuessAsync(client, email, code, 2);

        Assert.Equal(Locked, (await client.VerifyAsync(email, code)).Words);
    }

    [Fact]
    public async Task Verify_LockedFlow_LeavesAnotherClientAlone()
    {
        var email = world.NewUser();
        var attacker = world.NewClient().From("203.0.113.9");
        await GuessAsync(attacker, email, await attacker.StartAsync(email), 5);
        await world.AdvanceAsync(61);
        var owner = world.NewClient().From("198.51.100.4");

        await owner.ProveAsync(email);

        Assert.Equal(0, (await owner.ResetAsync(email)).Code);
        Assert.Equal(Locked, (await attacker.VerifyAsync(email, "AAAAAAAA")).Words);
    }

    [Fact]
    public async Task Verify_FifthTryRight_Opens()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        var code = await client.StartAsync(email);
        await GuessAsync(client, email, code, 4);

        Assert.Equal("0 otp verified", (await client.VerifyAsync(email, $" {code.ToLowerInvariant()} ")).Words);
        Assert.Equal("10 expired otp", (await world.NewClient().VerifyAsync(email, code)).Words);
    }

    private static async Task GuessAsync(RecoveryClient client, string email, string code, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal(Wrong, (await client.VerifyAsync(email, code[..7] + (code[7] == 'Z' ? 'A' : (char)(code[7] + 1)))).Words);
        }
    }
}
