using Sidecar.Proof;
using Sidecar.Tests.Recovery;

namespace Sidecar.Tests.Proof;

/// <summary>The work of a mail must not show in the time of the answers that follow, so it starts when nobody can know.</summary>
public sealed class MailSpreadTests
{
    [Fact]
    public async Task SendCode_Uniform_StartsEveryMailAtARandomMomentWithinTheSpread()
    {
        using var world = new RecoveryWorld(static defaults => defaults with { MailSpread = TimeSpan.FromSeconds(2) });
        for (var i = 0; i < 40; i++)
        {
            await world.SentAsync($"user{i}@example.com");
        }

        var delays = world.Outbox.Entries.ConvertAll(static entry => entry.Delay);

        Assert.All(delays, static delay => Assert.InRange(delay, TimeSpan.Zero, TimeSpan.FromSeconds(2)));
        Assert.Contains(delays, static delay => delay > TimeSpan.FromSeconds(1));
        Assert.True(delays.Distinct().Count() > 20, "the moments are not random");
    }

    [Fact]
    public async Task SendCode_SpreadOfZero_StartsAtOnce()
    {
        using var world = new RecoveryWorld(static defaults => defaults with { MailSpread = TimeSpan.Zero });
        await world.SentAsync();

        Assert.Equal(TimeSpan.Zero, Assert.Single(world.Outbox.Entries).Delay);
    }

    [Fact]
    public async Task SendCode_AnswersOfTheApp_DoNotWait()
    {
        using var world = RecoveryWorld.AnsweringLikeTheApp();
        await world.SentAsync();

        Assert.Equal(TimeSpan.Zero, Assert.Single(world.Outbox.Entries).Delay);
    }
}
