using Sidecar.Otp;
using Sidecar.Proof;
using Sidecar.Tests.Recovery;

namespace Sidecar.Tests.Proof;

public sealed class CaptchaStepTests : IDisposable
{
    private readonly RecoveryWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Captcha_Address_IsAPictureAndATicketThatSealsItsAnswer()
    {
        var outcome = Assert.IsType<ProofOutcome.CaptchaIssued>(await _world.CaptchaAsync());

        var ticket = _world.Open(outcome.Ticket);
        Assert.Equal((TicketStage.Open, RecoveryWorld.Answer, _world.Clock.GetUtcNow() + TimeSpan.FromSeconds(60)), (ticket.Stage, ticket.Captcha!.Answer, ticket.Captcha.Ends));
        Assert.Equal("image/jpeg", outcome.ContentType);
        Assert.Equal([0xFF, 0xD8], outcome.Picture[..2].ToArray());
        Assert.Equal(["check"], _world.Store.Calls);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("alice")]
    [InlineData("alice@example.com\r\nBcc: x@y")]
    public async Task AnyStep_NoAddress_IsSaidBeforeAnythingIsTouched(string? typed)
    {
        Assert.IsType<ProofOutcome.InvalidAddress>(await _world.CaptchaAsync(typed));
        Assert.IsType<ProofOutcome.InvalidAddress>(await _world.SendAsync("t", address: typed));
        Assert.IsType<ProofOutcome.InvalidAddress>(await _world.VerifyAsync("t", "ABCDEFGH", typed));
        Assert.Empty(_world.Store.Calls);
        Assert.IsType<ProofOutcome.Unproven>(await _world.ReserveAsync("t", typed));
    }

    [Theory]
    [InlineData(RecoveryWorld.Alice)]
    [InlineData(" ALICE@example.com ")]
    public async Task Captcha_UnverifiedTicketOfTheAddress_GoesOnWithItsFlow(string typed)
    {
        var first = await _world.ShownAsync();

        var second = (await _world.CaptchaAsync(typed, first)).Ticket;

        Assert.Equal(_world.Open(first).FlowId, _world.Open(second).FlowId);
        Assert.NotEqual(_world.Open(first).Captcha!.Id, _world.Open(second).Captcha!.Id);
    }

    [Fact]
    public async Task Captcha_TicketOfAnotherAddress_BeginsAnew()
    {
        var first = await _world.ShownAsync("bob@example.com");

        var second = (await _world.CaptchaAsync(RecoveryWorld.Alice, first)).Ticket;

        Assert.NotEqual(_world.Open(first).FlowId, _world.Open(second).FlowId);
        Assert.NotEqual(_world.Open(first).AddressName, _world.Open(second).AddressName);
    }

    [Fact]
    public async Task Captcha_VerifiedTicket_BeginsAnew()
    {
        var verified = await _world.VerifiedAsync();

        var next = _world.Open((await _world.CaptchaAsync(ticket: verified)).Ticket);

        Assert.Equal(TicketStage.Open, next.Stage);
        Assert.NotEqual(_world.Open(verified).FlowId, next.FlowId);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("")]
    public async Task Captcha_TicketThatIsNone_BeginsAnew(string ticket) => Assert.IsType<ProofOutcome.CaptchaIssued>(await _world.CaptchaAsync(ticket: ticket));

    [Fact]
    public async Task EveryStep_StoreDown_SaysSo()
    {
        var shown = await _world.ShownAsync();
        var verified = await _world.VerifiedAsync();
        _world.Store.IsDown = true;

        ProofOutcome[] outcomes =
        [
            await _world.CaptchaAsync(), await _world.SendAsync(null), await _world.SendAsync(shown), await _world.SendAsync(shown, "wrong"),
            await _world.VerifyAsync(null, "ABCDEFGH"), await _world.VerifyAsync(shown, "ABCDEFGH"), await _world.ReserveAsync(null), await _world.ReserveAsync(verified),
        ];

        Assert.All(outcomes, static outcome => Assert.Equal("store", Assert.IsType<ProofOutcome.Unavailable>(outcome).Part));
    }

    [Fact]
    public async Task EveryStep_AnswersLikeTheApp_SaysWhoIsUnknownAndWhenNobodyCanTell()
    {
        using var world = RecoveryWorld.AnsweringLikeTheApp();
        const string Nobody = "nobody@example.com";
        Assert.IsType<ProofOutcome.UnknownAddress>(await world.CaptchaAsync(Nobody));
        Assert.IsType<ProofOutcome.UnknownAddress>(await world.SendAsync(null, address: Nobody));
        Assert.IsType<ProofOutcome.UnknownAddress>(await world.VerifyAsync(null, "ABCDEFGH", Nobody));
        Assert.Empty(world.Store.Calls);

        world.Accounts.IsDown = true;
        Assert.Equal("accounts", Assert.IsType<ProofOutcome.Unavailable>(await world.CaptchaAsync()).Part);
    }
}
