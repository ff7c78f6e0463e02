namespace Sidecar.FunctionalTests.Recovery;

/// <summary>Answers, and everything around them, are the same for an address that nobody has.</summary>
public sealed class UniformTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private readonly RecoveryWorld world = shared.World;

    [Fact]
    public async Task EveryStep_UnknownAddress_AnswersAsForAKnownOne()
    {
        var (known, unknown) = (world.NewUser(), "nobody1@example.com");

        var (toKnown, toUnknown) = (await WalkAsync(known), await WalkAsync(unknown));

        Assert.Equal(toKnown.Select(Shape), toUnknown.Select(Shape));
    }

    [Fact]
    public async Task Code_UnknownAddress_IsNeverMailed()
    {
        var (known, unknown) = (world.NewUser(), "nobody2@example.com");
        var client = world.NewClient();
        await client.CaptchaAsync(unknown);
        Assert.Equal("0 verification passed, email sent", (await client.CodeAsync(unknown)).Words);

        // The queue is served in order: the later mail says that the earlier entry was dealt with.
        await world.NewClient().StartAsync(known);

        Assert.Equal(0, await world.CountMailsAsync(unknown));
    }

    [Fact]
    public async Task Log_WholeRecovery_NamesNoAddressCodeOrPassword()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        var code = await client.StartAsync(email);
        await client.VerifyAsync(email, code);
        await client.ResetAsync(email, "a-fresh-secret");

        Assert.DoesNotContain(email, world.Log, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(code, world.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("a-fresh-secret", world.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(client.Given!, world.Log, StringComparison.Ordinal);
    }

    /// <summary>Everything that can be done without reading the mail, refusals included.</summary>
    private async Task<List<Reply>> WalkAsync(string email)
    {
        var client = world.NewClient();
        var other = world.NewClient().From("203.0.113.77");
        List<Reply> replies =
        [
            await client.CaptchaAsync(email), await client.CodeAsync(email, "WRONG"), await client.CodeAsync(email),
            await client.CaptchaAsync(email), await client.CodeAsync(email), await client.CodeAsync(email),
            await client.CaptchaAsync(email), await client.CodeAsync(email), await other.CaptchaAsync(email), await other.CodeAsync(email),
        ];
        for (var i = 0; i < 6; i++)
        {
            replies.Add(await client.VerifyAsync(email, "AAAAAAAA"));
        }

        replies.Add(await client.ResetAsync(email));
        await world.AdvanceAsync(61);
        replies.AddRange([await client.CaptchaAsync(email), await client.CodeAsync(email), await other.CaptchaAsync(email), await other.CodeAsync(email)]);
        return replies;
    }

    /// <summary>What an observer sees, but for the seconds and the random bytes.</summary>
    private static string Shape(Reply reply)
    {
        var words = System.Text.RegularExpressions.Regex.Replace(reply.Words, @"\d+ seconds", "N seconds");
        return $"{reply.Status} {words} {string.Join(' ', reply.Raw.Headers.Select(static h => h.Key))} {reply.Ticket?.Length}";
    }
}
