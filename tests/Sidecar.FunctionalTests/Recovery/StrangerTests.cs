namespace Sidecar.FunctionalTests.Recovery;

/// <summary>Somebody else who knows much: the address, the code, even the ticket that the owner began with.</summary>
public sealed class StrangerTests(SharedWorld shared) : IClassFixture<SharedWorld>
{
    private const string Expired = "10 expired otp";
    private const string Unproven = "109 email not verified";

    private readonly RecoveryWorld world = shared.World;

    [Fact]
    public async Task Verify_OwnersCodeWithATicketOfOnesOwn_GetsNothing()
    {
        var email = world.NewUser();
        var owner = world.NewClient().From("198.51.100.7");
        var code = await owner.StartAsync(email);
        var stranger = world.NewClient().From("203.0.113.8");
        await stranger.CaptchaAsync(email);

        Assert.Equal(Expired, (await stranger.VerifyAsync(email, code)).Words);
        Assert.Equal(Unproven, (await stranger.ResetAsync(email)).Words);

        await world.AdvanceAsync(61);
        await stranger.StartAsync(email);
        Assert.Equal("109 expired otp", (await stranger.VerifyAsync(email, code)).Words);
        Assert.Equal(Unproven, (await stranger.ResetAsync(email)).Words);
        Assert.Equal(0, world.Flags.Asked(email));

        // The owner has lost nothing by it, neither the code nor a try.
        Assert.Equal("0 otp verified", (await owner.VerifyAsync(email, code)).Words);
        Assert.Equal(Unproven, (await stranger.ResetAsync(email)).Words);
        Assert.Equal(0, (await owner.ResetAsync(email)).Code);
    }

    [Fact]
    public async Task Reset_TicketThatWasPlantedOnTheOwner_ProvesNothingOnceHeVerifies()
    {
        var email = world.NewUser();
        var attacker = world.NewClient().From("203.0.113.9");
        await attacker.CaptchaAsync(email);
        var planted = attacker.Given!;
        var owner = world.NewClient().From("198.51.100.9");
        owner.Ticket = planted;
        await owner.StartAsync(email);
        owner.Ticket = owner.Given;
        Assert.Equal("0 otp verified", (await owner.VerifyAsync(email, await world.MailedCodeAsync(email))).Words);

        string[] known = [planted, owner.Ticket!];
        foreach (var ticket in known)
        {
            attacker.Ticket = ticket;
            Assert.Equal(Unproven, (await attacker.ResetAsync(email)).Words);
        }

        Assert.Equal(0, world.Flags.Asked(email));
        owner.Ticket = owner.Given;
        Assert.Equal(0, (await owner.ResetAsync(email)).Code);
    }
}
