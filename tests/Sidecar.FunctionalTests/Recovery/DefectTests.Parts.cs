using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Recovery;

/// <content>Those with a world of their own: several processes, other settings, or a part that fails.</content>
public sealed partial class DefectTests
{
    private const string Unavailable = "500 service temporarily unavailable";

    [Fact]
    public async Task Defect04_ManyAtOnceOverFourProcesses_CountOnce()
    {
        await using var four = await RecoveryWorld.StartAsync(new() { Replicas = 4 });
        var (guessed, redeemed, pictured) = (four.NewUser(), four.NewUser(), four.NewUser());
        var (guesser, redeemer, viewer) = (four.NewClient(), four.NewClient(), four.NewClient());
        var (_, code) = (await guesser.StartAsync(guessed), await redeemer.StartAsync(redeemed));
        await viewer.CaptchaAsync(pictured);

        var guesses = await RaceAsync(four, guesser.Given!, client => client.VerifyAsync(guessed, "A"));
        var redemptions = await RaceAsync(four, redeemer.Given!, client => client.VerifyAsync(redeemed, code));
        var sends = await RaceAsync(four, viewer.Given!, client => client.CodeAsync(pictured));

        Assert.Equal(5, guesses.Count(static words => words == Wrong));
        Assert.Single(redemptions, static words => words == Verified);
        Assert.Single(sends, static words => words == Sent);
    }

    [Fact]
    public async Task Defect07_MailThatCannotGoOut_CostsNeitherCooldownNorLeavesACode()
    {
        await using var waiting = await RecoveryWorld.StartAsync(new() { Answers = "app" });
        var (email, client) = (waiting.NewUser(), waiting.NewClient());
        await waiting.StopRelayAsync();
        await client.CaptchaAsync(email);
        Assert.Equal("500 failed to send email", (await client.CodeAsync(email)).Words);
        Assert.Equal(Expired, (await client.VerifyAsync(email, "AAAAAAAA")).Words);

        waiting.StartRelay();

        // No clock is moved: only a cooldown that was given back lets this through.
        await Eventually.TrueAsync(async () => (await client.CaptchaAsync(email)).IsPicture && (await client.CodeAsync(email)).Words == Sent, "a mail without a wait");
        Assert.Equal(Verified, (await client.VerifyAsync(email, await waiting.MailedCodeAsync(email))).Words);
    }

    /// <summary>The probe cannot see an account's status, so the reset is offered; what it must not do is open the account.</summary>
    [Fact]
    public async Task Defect12_DisabledOrDeletedUser_StaysOut()
    {
        const string Disabled = "disabled@example.com";
        const string Deleted = "deleted@example.com";
        await using var staff = await RecoveryWorld.StartAsync(new() { OtherUsers = [new(Disabled, "old-password") { IsActive = false }, new(Deleted, "old-password") { IsDeleted = true }] });
        foreach (var email in (string[])[Disabled, Deleted])
        {
            var client = staff.NewClient();
            await client.CaptchaAsync(email);
            Assert.Equal(Sent, (await client.CodeAsync(email)).Words);
            await staff.NewClient().StartAsync(staff.NewUser());
            if (await staff.CountMailsAsync(email) > 0)
            {
                await client.VerifyAsync(email, await staff.MailedCodeAsync(email));
                await client.ResetAsync(email);
            }

            Assert.False(await client.LogsInAsync(email, "fresh-password"));
            Assert.False(await client.LogsInAsync(email, "old-password"));
        }
    }

    [Fact]
    public async Task Defect13_WithoutRedis_EveryStepSaysUnavailableAndNothingOfIt()
    {
        await using var bare = await RecoveryWorld.StartAsync(new());
        var (email, client) = (bare.NewUser(), bare.NewClient());
        await client.CaptchaAsync(email);
        foreach (var body in (string[])["{", "[]", "\"\u0001\"", """{"email":{},"captcha":[1]}""", """{"email":"a","otp":1e999}"""])
        {
            Assert.DoesNotMatch(Innards(), (await client.SendAsync("POST", client.Path("code"), "application/json", body)).Words);
            Assert.DoesNotMatch(Innards(), (await client.SendAsync("POST", client.Path("verify"), "application/json", body)).Words);
        }

        await bare.Redis.KillAsync();

        Assert.Equal(Unavailable, (await client.CaptchaAsync(email)).Words);
        Assert.Equal(Unavailable, (await client.CodeAsync(email)).Words);
        Assert.Equal(Unavailable, (await client.VerifyAsync(email, "AAAAAAAA")).Words);
        Assert.Equal(Unavailable, (await client.ResetAsync(email)).Words);
    }

    /// <summary>What forty clients with one ticket are told, over all processes.</summary>
    private static Task<string[]> RaceAsync(RecoveryWorld four, string ticket, Func<RecoveryClient, Task<Reply>> step) =>
        Task.WhenAll(Enumerable.Range(0, 40).Select(async n =>
        {
            var client = four.NewClient(n % 4);
            client.Ticket = ticket;
            return (await step(client)).Words;
        }));

    [GeneratedRegex("Exception|System\\.|StackExchange|Redis|   at ")]
    private static partial Regex Innards();
}
