using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Tests.Proof;

namespace Sidecar.FunctionalTests.Redis;

public sealed class RedisAttackedDayTests(RedisServer server) : AttackedDayContract, IClassFixture<RedisServer>, IAsyncLifetime
{
    private RedisConnection _connection = null!;

    protected override int Days => 2;

    public async ValueTask InitializeAsync()
    {
        RedisServer.Require();
        _connection = await server.ConnectAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }
    }

    private protected override Task<AttackedWorld> NewWorldAsync()
    {
        var clock = new SidecarClock();
        return Task.FromResult(new AttackedWorld(new RedisOtpStore(_connection, clock), clock, clock.Advance));
    }
}
