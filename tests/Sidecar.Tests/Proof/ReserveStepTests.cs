using Sidecar.Proof;
using Sidecar.Tests.Recovery;

namespace Sidecar.Tests.Proof;

public sealed class ReserveStepTests : IDisposable
{
    private readonly RecoveryWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Reserve_VerifiedTicketOfTheAddress_IsProven()
    {
        var ticket = await _world.VerifiedAsync();

        Assert.IsType<ProofOutcome.Proven>(await _world.ReserveAsync(ticket, " Alice@EXAMPLE.com"));
    }

    [Fact]
    public async Task Reserve_AnythingElse_IsUnproven()
    {
        var sent = await _world.SentAsync();
        await _world.VerifyAsync(sent, _world.Outbox.LastCode);

        Assert.IsType<ProofOutcome.Unproven>(await _world.ReserveAsync(null));
        Assert.IsType<ProofOutcome.Unproven>(await _world.ReserveAsync("garbage"));
        Assert.IsType<ProofOutcome.Unproven>(await _world.ReserveAsync(sent));
        Assert.IsType<ProofOutcome.Unproven>(await _world.ReserveAsync(await _world.VerifiedAsync("bob@example.com")));
        Assert.IsType<ProofOutcome.Unproven>(await _world.ReserveAsync(await _world.VerifiedAsync("carol@example.com"), null));
    }

    [Fact]
    public async Task Reserve_Twice_HandsOverOnce()
    {
        var ticket = await _world.VerifiedAsync();
        await _world.ReserveAsync(ticket);

        Assert.IsNotType<ProofOutcome.Proven>(await _world.ReserveAsync(ticket));
    }

    [Fact]
    public async Task Reserve_AfterRelease_CanBeTriedAgain()
    {
        var ticket = await _world.VerifiedAsync();
        await Assert.IsType<ProofOutcome.Proven>(await _world.ReserveAsync(ticket)).Reservation.ReleaseAsync();

        Assert.IsType<ProofOutcome.Proven>(await _world.ReserveAsync(ticket));
    }

    [Fact]
    public async Task Reserve_AfterUse_IsUnproven()
    {
        var ticket = await _world.VerifiedAsync();
        await Assert.IsType<ProofOutcome.Proven>(await _world.ReserveAsync(ticket)).Reservation.UseAsync();

        Assert.IsType<ProofOutcome.Unproven>(await _world.ReserveAsync(ticket));
    }

    [Fact]
    public async Task Reserve_StoreGoneBeforeSettling_LosesTheProofAndDoesNotThrow()
    {
        var ticket = await _world.VerifiedAsync();
        var proven = Assert.IsType<ProofOutcome.Proven>(await _world.ReserveAsync(ticket));
        _world.Store.IsDown = true;

        await proven.Reservation.ReleaseAsync();

        _world.Store.IsDown = false;
        Assert.IsNotType<ProofOutcome.Proven>(await _world.ReserveAsync(ticket));
    }

    [Theory]
    [InlineData(299.999, true)]
    [InlineData(300, false)]
    public async Task Reserve_ProofsTime_EndsToTheMillisecond(double seconds, bool isProven)
    {
        var ticket = await _world.VerifiedAsync();
        _world.Clock.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(isProven, await _world.ReserveAsync(ticket) is ProofOutcome.Proven);
    }
}
