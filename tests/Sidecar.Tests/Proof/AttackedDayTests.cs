using Microsoft.Extensions.Time.Testing;
using Sidecar.Otp;

namespace Sidecar.Tests.Proof;

public sealed class AttackedDayTests : AttackedDayContract
{
    protected override int Days => 12;

    private protected override Task<AttackedWorld> NewWorldAsync()
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_750_000_123));
        return Task.FromResult(new AttackedWorld(new MemoryOtpStore(time, new StoreOptions()), time, time.Advance));
    }
}
