using System.Globalization;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>
/// The defects of RAGFlow's own handlers, by their numbers in docs/ragflow-defects.md: what each let an outsider do, and that
/// nobody can here. Those that need a part to fail, or several processes, are in the other file.
/// </summary>
public sealed partial class DefectTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private const string Sent = "0 verification passed, email sent";
    private const string Verified = "0 otp verified";
    private const string Locked = "10 too many attempts, try later";
    private const string Expired = "10 expired otp";
    private const string Wrong = "109 expired otp";
    private const string Unproven = "109 email not verified";

    private readonly RecoveryWorld world = shared.World;

    [Theory]
    [InlineData("/v1/user/forget")]
    [InlineData("/v1/user/forget/reset-password")]
    [InlineData("/api/v1/auth/password/reset")]
    public async Task Defect01_ResetOfAnUnverifiedAddress_ChangesNothing(string path)
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.StartAsync(email);

        var reply = await client.PostAsync(
            path, ("email", email), ("otp", "AAAAAAAA"), ("new_password", world.Encrypt("stolen")), ("confirm_new_password", world.Encrypt("stolen")));

        Assert.NotEqual(0, reply.Code);
        Assert.Null(reply.Header("Authorization"));
        Assert.Equal(0, world.Flags.Asked(email));
        Assert.Empty(world.App.TrapHits.Targets);
        Assert.True(world.App.Users.PasswordIs(email, "old-password"));
    }

    [Fact]
    public async Task Defect02_NewCodeAfterALock_DoesNotEndTheLock()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        var code = await client.StartAsync(email);
        await GuessAsync(client, email, code, 5);
        await world.AdvanceAsync(61);

        Assert.True((await client.CaptchaAsync(email)).IsPicture);
        Assert.Equal(Locked, (await client.CodeAsync(email)).Words);
        Assert.Equal(Locked, (await client.VerifyAsync(email, code)).Words);
        Assert.Equal(1, await world.CountMailsAsync(email));
    }

    [Fact]
    public async Task Defect03_AnotherClientAfterTheOwnerVerified_CannotReset()
    {
        var email = world.NewUser();
        var (owner, other) = (world.NewClient().From("198.51.100.4"), world.NewClient().From("203.0.113.9"));
        await owner.ProveAsync(email);
        await other.CaptchaAsync(email);

        Assert.Equal(Unproven, (await other.ResetAsync(email, "stolen")).Words);
        Assert.Equal(0, world.Flags.Asked(email));
        Assert.Equal(0, (await owner.ResetAsync(email)).Code);
    }

    [Fact]
    public async Task Defect05_UnknownAddress_IsAnsweredAsAKnownOne()
    {
        var answers = new List<string[]>();
        foreach (var email in (string[])[world.NewUser(), "nobody.defect5@example.com"])
        {
            var client = world.NewClient();
            answers.Add([(await client.CaptchaAsync(email)).Words, (await client.CodeAsync(email)).Words, (await client.VerifyAsync(email, "AAAAAAAA")).Words, (await client.ResetAsync(email)).Words]);
        }

        Assert.Equal(["picture", Sent, Wrong, Unproven], answers[0]);
        Assert.Equal(answers[0], answers[1]);
    }

    [Theory]
    [InlineData('é')]
    [InlineData('ｅ')]
    [InlineData('\u200B')]
    [InlineData('\0')]
    public async Task Defect06_AddressThatACollationTakesForAnother_GetsNoCode(char lookalike)
    {
        var email = world.NewUser();
        var typed = lookalike is 'é' or 'ｅ' ? email.Replace('e', lookalike) : email.Insert(2, lookalike.ToString());
        Assert.NotNull(world.App.Users.Find(typed));
        var client = world.NewClient();
        await client.CaptchaAsync(typed);
        await client.CodeAsync(typed);

        // The queue is served in order: this mail comes after whatever became of the one before.
        await world.NewClient().From("203.0.113.20").StartAsync(email);

        Assert.Equal(0, (await world.Mailbox.ReadAsync(default)).Count(mail => mail.Recipient == typed));
        Assert.Equal(1, await world.CountMailsAsync(email));
        var proven = world.NewClient().From("203.0.113.21");
        var other = world.NewUser();
        await proven.ProveAsync(other);
        Assert.Equal(Unproven, (await proven.ResetAsync(typed)).Words);
    }

    [Fact]
    public async Task Defect08_StrangersGuesses_LeaveTheOwnersCodeAlone()
    {
        var email = world.NewUser();
        var (owner, stranger) = (world.NewClient(), world.NewClient());
        var code = await owner.StartAsync(email);
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(Expired, (await stranger.VerifyAsync(email, "AAAAAAAA")).Words);
        }

        Assert.Equal(Verified, (await owner.VerifyAsync(email, code)).Words);
    }

    [Fact]
    public async Task Defect09_CaptchaAnswers_EndItWhenWrongAndKeepItForTheCooldown()
    {
        var (email, guesser, patient) = (world.NewUser(), world.NewClient(), world.NewClient().From("203.0.113.30"));
        await guesser.CaptchaAsync(email);
        Assert.Equal("109 invalid or expired captcha", (await guesser.CodeAsync(email, "WRONG")).Words);
        Assert.Equal("10 invalid or expired captcha", (await guesser.CodeAsync(email)).Words);

        await patient.StartAsync(email);
        await world.AdvanceAsync(30);
        await patient.CaptchaAsync(email);
        AssertCoolingDown(await patient.CodeAsync(email));
        await world.AdvanceAsync(31);
        Assert.Equal(Sent, (await patient.CodeAsync(email)).Words);
    }

    [Fact]
    public async Task Defect10_AddressInAnotherCase_IsTheSame()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        var code = await client.StartAsync(email);

        Assert.Equal(Verified, (await client.VerifyAsync(email.ToUpperInvariant(), code)).Words);
        Assert.Equal(0, (await client.ResetAsync("U" + email[1..])).Code);
        Assert.True(world.App.Users.PasswordIs(email, "fresh-password"));
    }

    [Fact]
    public async Task Defect11_Verification_LeavesTheCooldown()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.ProveAsync(email);
        await client.CaptchaAsync(email);

        AssertCoolingDown(await client.CodeAsync(email));
        Assert.Equal(1, await world.CountMailsAsync(email));
    }

    private static void AssertCoolingDown(Reply reply)
    {
        Assert.Equal(10, reply.Code);
        Assert.StartsWith("\"cooldown\"", reply.Header("RateLimit-Policy"), StringComparison.Ordinal);
        Assert.InRange(int.Parse(reply.Header("Retry-After")!, CultureInfo.InvariantCulture), 1, 60);
    }

    private static async Task GuessAsync(RecoveryClient client, string email, string code, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Assert.Equal(Wrong, (await client.VerifyAsync(email, code[..7] + (code[7] == 'Z' ? 'A' : (char)(code[7] + 1)))).Words);
        }
    }
}
