using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>The app's flag, seen from Redis: there while the reset is at the app, and at no other time.</summary>
public sealed class HandoffTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private readonly RecoveryWorld world = shared.World;

    [Theory]
    [InlineData("v1", true)]
    [InlineData("v1", false)]
    [InlineData("rest", true)]
    public async Task Flag_AcceptedOrRefusedReset_IsThereOnlyWhileTheAppLooks(string contract, bool isAccepted)
    {
        var email = world.NewUser();
        var client = world.NewClient(contract: contract);
        await using var monitor = await RedisMonitor.StartAsync(world.Redis);
        await client.ProveAsync(email);
        Assert.Empty(Touches(monitor, email));

        await client.ResetAsync(email, "fresh-password", isAccepted ? null : "another");

        Assert.False(await world.AppRedis.KeyExistsAsync("otp:verified:" + email));
        await RedisServer.UntilAsync(() => Task.FromResult(Touches(monitor, email).Any(static line => line.Contains("lua] \"GET\"", StringComparison.Ordinal))), RecoveryWorld.Patience, "no revocation");
        var touches = Touches(monitor, email).Where(static line => !line.Contains("\"EVAL", StringComparison.Ordinal)).ToArray();
        Assert.EndsWith($"\"SET\" \"otp:verified:{email}\" \"1\" \"PX\" \"10000\"", touches[0], StringComparison.Ordinal);
        Assert.Contains("\"GET\"", touches[1], StringComparison.Ordinal);
        Assert.Equal(isAccepted, touches.Any(static line => line.Contains("\"UNLINK\"", StringComparison.Ordinal)));
        Assert.Single(touches, static line => line.Contains("\"SET", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Flag_ResetWithoutProof_IsNeverWritten()
    {
        var email = world.NewUser();
        var client = world.NewClient();
        await using var monitor = await RedisMonitor.StartAsync(world.Redis);
        var code = await client.StartAsync(email);

        await client.ResetAsync(email);
        await world.NewClient().ResetAsync(email);
        await client.VerifyAsync(email, code == "AAAAAAAA" ? "BBBBBBBB" : "AAAAAAAA");
        await client.ResetAsync(email);

        Assert.Empty(Touches(monitor, email));
    }

    private static List<string> Touches(RedisMonitor monitor, string email) => [.. monitor.Lines.Where(line => line.Contains("otp:verified:" + email, StringComparison.Ordinal))];
}
