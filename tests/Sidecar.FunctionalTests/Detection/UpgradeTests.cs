using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Detection;

/// <summary>The app is upgraded, or taken back, while people are on their way to a new password: they arrive, and the sidecar is the same process.</summary>
public sealed class UpgradeTests
{
    [Theory]
    [InlineData("ragflow-v1-single", "ragflow-v1")]
    [InlineData("ragflow-v1", "ragflow-rest")]
    [InlineData("ragflow-rest", "ragflow-v1")]
    [InlineData("ragflow-rest", "ragflow-rest-go")]
    public async Task Flow_OverAnUpgrade_EndsAtTheNewRelease(string from, string to)
    {
        await using var gate = new ReleaseGate();
        await gate.ComeUpAsync(from);
        await using var world = await RecoveryWorld.StartAsync(new() { Settings = [$"listeners.0.upstream={gate.Address.GetLeftPart(UriPartial.Authority)}", "accounts.kind=any"] }, waits: false);
        gate.App = world.App.Address;
        await DetectionWorld.FoundAsync(world.Sidecar, from);
        var user = world.NewUser();
        var old = world.NewClient(contract: Name(from));
        var code = await old.StartAsync(user);
        var id = world.Sidecar.Id;

        await DetectionWorld.ReplaceAsync(gate, world.Sidecar, to);
        await DetectionWorld.FoundAsync(world.Sidecar, to);

        var client = new RecoveryClient(world, world.Sidecar.BaseUrl) { Contract = Name(to), Ticket = old.Given };
        Assert.Equal("0 otp verified", (await client.VerifyAsync(user, code)).Words);
        client.Ticket = client.Given;
        var reset = await client.ResetAsync(user);
        Assert.True(reset.Code == 0, $"{reset}\n{world.Log}");
        Assert.Equal(id, world.Sidecar.Id);
        Assert.Equal(1, world.Flags.Asked(user));
        Assert.True(await client.LogsInAsync(user, "fresh-password"));
    }

    private static string Name(string contract) => contract.StartsWith("ragflow-v1", StringComparison.Ordinal) ? "v1" : "rest";
}
