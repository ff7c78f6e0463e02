using System.Diagnostics;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>Without its store, recovery says so within a second and comes back by itself; the app's traffic notices nothing.</summary>
public sealed class RedisFaultTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Three seconds are promised; twice that for a machine under load.</summary>
    private static readonly TimeSpan Recovered = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task Steps_RedisKilled_SayUnavailableWithinASecondAndComeBack()
    {
        await using var world = await StartAsync();
        var (email, client) = (world.NewUser(), world.NewClient());
        var code = await client.StartAsync(email);

        await world.Redis.KillAsync();
        await AssertUnavailableAsync(world, client, email, code);

        await world.Redis.StartAsync();
        await AssertBackAsync(world);
        await world.NewClient().ProveAsync(world.NewUser());
    }

    [Fact]
    public async Task Steps_RedisHung_SayUnavailableWithinASecondAndLoseNothing()
    {
        await using var world = await StartAsync();
        var (email, client) = (world.NewUser(), world.NewClient());
        var code = await client.StartAsync(email);
        var (verified, proven) = (world.NewUser(), world.NewClient());
        await proven.ProveAsync(verified);

        world.Redis.Pause();
        await AssertUnavailableAsync(world, client, email, code);
        Assert.Equal("500 service temporarily unavailable", (await proven.ResetAsync(verified)).Words);

        world.Redis.Resume();
        await AssertBackAsync(world);
        Assert.Equal("0 otp verified", (await client.VerifyAsync(email, code)).Words);
        Assert.Equal(0, (await proven.ResetAsync(verified)).Code);
    }

    private static Task<RecoveryWorld> StartAsync() => RecoveryWorld.StartAsync(new() { Settings = ["limits.client.mode=on", "limits.client.permits=10000"] });

    private static async Task AssertUnavailableAsync(RecoveryWorld world, RecoveryClient client, string email, string code)
    {
        Func<Task<Reply>>[] steps = [() => client.CaptchaAsync(email), () => client.CodeAsync(email), () => client.VerifyAsync(email, code), () => client.ResetAsync(email)];
        foreach (var step in steps)
        {
            var quickest = TimeSpan.MaxValue;
            for (var i = 0; i < 3 && quickest > Second; i++)
            {
                var reply = await step();
                Assert.Equal("500 service temporarily unavailable", reply.Words);
                quickest = reply.Took < quickest ? reply.Took : quickest;
            }

            Assert.True(quickest < Second, $"the refusal took {quickest}");
            Assert.Equal(200, (await client.SendAsync("POST", "/demo/echo/x", "text/plain", "y")).Status);
            Assert.Equal(200, (await RawHttp.SendAsync(new(world.Sidecar.ManagementUrl, "GET", "/readyz"), default)).Status);
        }
    }

    private static async Task AssertBackAsync(RecoveryWorld world)
    {
        var started = Stopwatch.GetTimestamp();
        await RedisServer.UntilAsync(world.IsServingAsync, RecoveryWorld.Patience, "recovery did not come back");
        var took = Stopwatch.GetElapsedTime(started);
        Assert.True(took < Recovered, $"it took {took} to come back");
    }
}
