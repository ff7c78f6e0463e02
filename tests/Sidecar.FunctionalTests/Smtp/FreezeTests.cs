using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Smtp;

/// <summary>A replica that stands still in the middle of a delivery, as on a suspended machine, and goes on as if nothing had been.</summary>
public sealed class FreezeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Freeze_BeforeTheTextAndBeyondTheLease_TheOtherSendsAndTheFirstStops()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var relay = new LedgerRelay();
        await using var replicas = MailReplicas.Of(2, redis, relay);
        var (offered, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        relay.BeforeRecipient = () => offered.TrySetResult() ? answer.Task : Task.CompletedTask;

        // Alone, so that it is the one that claims.
        await replicas.StartAsync(0);
        var owner = replicas.Pick(0)!;
        await AskAsync(owner, "frozen@acme.io");
        await offered.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        owner.Freeze();
        // The first thing that the owner finds when it goes on is a relay that waits for its text.
        answer.SetResult();
        await replicas.StartAsync(1);
        await TakenAsync(relay, 1);
        owner.Thaw();

        await RedisServer.UntilAsync(
            () => Task.FromResult(relay.Taken.Count > 1 || owner.StandardOutput.Contains("stopped before the mail went out", StringComparison.Ordinal)),
            Patience,
            "the owner neither stopped nor sent");
        Assert.Equal("frozen@acme.io", Assert.Single(relay.Taken).Recipient);

        // And it serves on.
        await replicas.KillAsync(1);
        await AskAsync(owner, "thawed@acme.io");
        await TakenAsync(relay, 2);
        await RedisServer.UntilAsync(async () => (int)await redis.AdminAsync("HLEN", "sidecar:{outbox}:bodies") == 0, Patience, "mails stay in the queue");
        Assert.Equal(["frozen@acme.io", "thawed@acme.io"], relay.Taken.Select(static mail => mail.Recipient));
        Assert.Empty(relay.Violations);
    }

    private static async Task AskAsync(SidecarProcess sidecar, string email)
    {
        // No app is behind it, and none is needed for a code.
        var client = new RecoveryClient(null!, sidecar.BaseUrl);
        // A process that stood still has to find its Redis again.
        await RedisServer.UntilAsync(async () => (await client.CaptchaAsync(email)).IsPicture, Patience, "no captcha");
        Assert.Equal("0 verification passed, email sent", (await client.CodeAsync(email)).Words);
    }

    private static Task TakenAsync(LedgerRelay relay, int count) =>
        RedisServer.UntilAsync(() => Task.FromResult(relay.Taken.Count >= count), Patience, $"mail {count} was not taken");
}
