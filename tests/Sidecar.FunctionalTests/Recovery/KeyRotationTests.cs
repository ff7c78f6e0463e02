using Sidecar.Otp;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>Keys are exchanged by restarts, one at a time, and nobody who is in the middle of a recovery notices.</summary>
public sealed class KeyRotationTests : IAsyncLifetime
{
    private const string CaptchaEnded = "10 invalid or expired captcha";
    private const string Expired = "10 expired otp";

    private readonly string pepper = KeyRing.NewSecret();
    private readonly (string Id, string Secret) a = ("a", KeyRing.NewSecret());
    private readonly (string Id, string Secret) b = ("b", KeyRing.NewSecret());
    private RecoveryWorld? started;

    private RecoveryWorld World => started!;

    public async ValueTask InitializeAsync() => started = await RecoveryWorld.StartAsync(With(a));

    public ValueTask DisposeAsync() => started?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task Ring_NewKeyBeforeTheOld_KeepsCaptchaCodeTicketAndProof()
    {
        var (pictured, coded, proven) = (World.NewUser(), World.NewUser(), World.NewUser());
        var picture = World.NewClient();
        await picture.CaptchaAsync(pictured);
        var live = World.NewClient();
        var code = await live.StartAsync(coded);
        var verified = World.NewClient();
        await verified.ProveAsync(proven);

        await World.RestartAsync(With(b, a));

        Assert.True(IsSealedBy(a, picture.Given!));
        var answered = Continue(picture);
        Assert.Equal("0 verification passed, email sent", (await answered.CodeAsync(pictured)).Words);
        Assert.True(IsSealedBy(b, answered.Given!));
        Assert.False(IsSealedBy(a, answered.Given!));

        var redeemed = Continue(live);
        Assert.Equal("109 expired otp", (await redeemed.VerifyAsync(coded, "AAAAAAAA")).Words);
        Assert.Equal("0 otp verified", (await redeemed.VerifyAsync(coded, code)).Words);
        Assert.True(IsSealedBy(b, redeemed.Given!));
        Assert.Equal(0, (await Continue(redeemed).ResetAsync(coded)).Code);
        Assert.Equal(0, (await Continue(verified).ResetAsync(proven)).Code);
        Assert.True(await redeemed.LogsInAsync(coded, "fresh-password"));
    }

    [Fact]
    public async Task Ring_OldKeyGone_WhatItMadeCountsAsAbsent()
    {
        var (pictured, coded, proven, half) = (World.NewUser(), World.NewUser(), World.NewUser(), World.NewUser());
        var picture = World.NewClient();
        await picture.CaptchaAsync(pictured);
        var live = World.NewClient();
        var code = await live.StartAsync(coded);
        var verified = World.NewClient();
        await verified.ProveAsync(proven);
        var halfway = World.NewClient();
        var oldCode = await halfway.StartAsync(half);
        await World.RestartAsync(With(b, a));
        // A ticket of the new key whose flow's code is still the old one's.
        halfway = Continue(halfway);
        Assert.True((await halfway.CaptchaAsync(half)).IsPicture);
        Assert.True(IsSealedBy(b, halfway.Given!));

        await World.RestartAsync(With(b));

        Assert.Equal(CaptchaEnded, (await Continue(picture).CodeAsync(pictured)).Words);
        Assert.Equal(Expired, (await Continue(live).VerifyAsync(coded, code)).Words);
        Assert.Equal("109 email not verified", (await Continue(verified).ResetAsync(proven)).Words);
        Assert.Equal(0, World.Flags.Asked(proven));
        Assert.Equal(Expired, (await Continue(halfway).VerifyAsync(half, oldCode)).Words);
        // And everything goes on under the new key alone.
        await World.NewClient().ProveAsync(World.NewUser());
    }

    private static bool IsSealedBy((string Id, string Secret) key, string ticket) =>
        new TicketSealer(new Sealer(new KeyRing([new RingKey(key.Id, Convert.FromBase64String(key.Secret))], []))).Open(ticket, Purpose.Recovery) is not null;

    private RecoverySetup With(params (string Id, string Secret)[] ring) => new()
    {
        Keys = $"keys:\n{string.Concat(ring.Select(static key => $"  - id: {key.Id}\n    secret: \"{key.Secret}\"\n"))}pepper: \"{pepper}\"\n",
    };

    /// <summary>The same person at the sidecar of today.</summary>
    private RecoveryClient Continue(RecoveryClient before)
    {
        var client = World.NewClient();
        client.Ticket = before.Given;
        return client;
    }
}
