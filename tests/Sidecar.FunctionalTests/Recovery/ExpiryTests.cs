using System.Globalization;
using System.Text.RegularExpressions;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>How long each thing lives, on the clock that Development can move.</summary>
public sealed partial class ExpiryTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private const string CaptchaEnded = "10 invalid or expired captcha";
    private const string Sent = "0 verification passed, email sent";

    private readonly RecoveryWorld world = shared.World;

    [Fact]
    public async Task Code_WithinTheCooldown_SaysHowLongToWait()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.StartAsync(email);
        await world.AdvanceAsync(20);
        await client.CaptchaAsync(email);

        var reply = await client.CodeAsync(email);

        var seconds = int.Parse(Wait().Match(reply.Words).Groups[1].Value, CultureInfo.InvariantCulture);
        // Real time goes by as well.
        Assert.InRange(seconds, 5, 40);
        Assert.Equal($"{seconds}", reply.Header("Retry-After"));
        Assert.Equal("\"cooldown\";q=1;w=60", reply.Header("RateLimit-Policy"));
        Assert.Equal($"\"cooldown\";r=0;t={seconds}", reply.Header("RateLimit"));
    }

    [Fact]
    public async Task Code_RefusedForTheCooldown_KeepsTheCaptchaForLater()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.StartAsync(email);
        await world.AdvanceAsync(30);
        await client.CaptchaAsync(email);
        Assert.Matches(Wait(), (await client.CodeAsync(email)).Words);

        await world.AdvanceAsync(31);

        Assert.Equal(Sent, (await client.CodeAsync(email)).Words);
    }

    [Fact]
    public async Task Code_AfterTheCooldown_SupersedesTheOlderCode()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        var first = await client.StartAsync(email);
        await world.AdvanceAsync(60);
        var second = await client.StartAsync(email);

        Assert.Equal("109 expired otp", (await client.VerifyAsync(email, first)).Words);
        Assert.Equal("0 otp verified", (await client.VerifyAsync(email, second)).Words);
    }

    [Fact]
    public async Task Captcha_AfterAMinute_HasEnded()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.CaptchaAsync(email);
        await world.AdvanceAsync(60);

        Assert.Equal(CaptchaEnded, (await client.CodeAsync(email)).Words);
        Assert.Equal(0, await world.CountMailsAsync(email));
    }

    [Fact]
    public async Task Captcha_WrongAnswer_EndsIt()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.CaptchaAsync(email);
        var ticket = client.Given;

        Assert.Equal("109 invalid or expired captcha", (await client.CodeAsync(email, "WRONG")).Words);
        Assert.Equal(CaptchaEnded, (await client.CodeAsync(email)).Words);
        client.Ticket = ticket;
        Assert.Equal(CaptchaEnded, (await client.CodeAsync(email)).Words);
    }

    [Fact]
    public async Task Captcha_AnsweredOnce_IsSpent()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await client.CaptchaAsync(email);
        client.Ticket = client.Given;
        await client.CodeAsync(email);
        await world.MailedCodeAsync(email);

        Assert.Equal(CaptchaEnded, (await client.CodeAsync(email)).Words);
        await world.AdvanceAsync(59);
        Assert.Contains((await client.CodeAsync(email)).Code, new int?[] { 10 });
        Assert.Equal(1, await world.CountMailsAsync(email));
    }

    [Fact]
    public async Task Code_AfterFiveMinutes_IsExpired()
    {
        var (early, late) = (world.NewUser(), world.NewUser());
        var (inTime, tooLate) = (world.NewClient(), world.NewClient());
        var (good, dead) = (await inTime.StartAsync(early), await tooLate.StartAsync(late));
        await world.AdvanceAsync(270);
        Assert.Equal("0 otp verified", (await inTime.VerifyAsync(early, good)).Words);

        await world.AdvanceAsync(30);

        Assert.Equal("10 expired otp", (await tooLate.VerifyAsync(late, dead)).Words);
    }

    [Fact]
    public async Task Proof_AfterFiveMinutes_IsGone()
    {
        var (early, late) = (world.NewUser(), world.NewUser());
        var (inTime, tooLate) = (world.NewClient(), world.NewClient());
        await inTime.ProveAsync(early);
        await tooLate.ProveAsync(late);
        await world.AdvanceAsync(270);
        Assert.Equal(0, (await inTime.ResetAsync(early)).Code);

        await world.AdvanceAsync(30);

        Assert.Equal("109 email not verified", (await tooLate.ResetAsync(late)).Words);
    }

    [GeneratedRegex(@"^10 you still have to wait (\d+) seconds$")]
    private static partial Regex Wait();
}
