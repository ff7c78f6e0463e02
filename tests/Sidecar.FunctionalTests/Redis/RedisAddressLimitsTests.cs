using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Tests.Otp;

namespace Sidecar.FunctionalTests.Redis;

public sealed class RedisAddressLimitsTests(RedisServer server) : AddressLimitsContract, IClassFixture<RedisServer>, IAsyncLifetime
{
    private readonly SidecarClock _clock = new();
    private RedisConnection _connection = null!;

    private protected override IOtpStore Store => new RedisOtpStore(_connection, _clock);

    protected override TimeSpan Slack => TimeSpan.FromSeconds(10);

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

    protected override void Advance(TimeSpan by) => _clock.Advance(by);

    [Fact]
    public async Task Keys_OfTheLimits_ShareTheAddressSlotHideTheNetworkAndEnd()
    {
        var limit = new LimitOptions("recipient-day") { Permits = 10, Window = TimeSpan.FromHours(24) };
        var rules = new FlowRules(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(60), 5, TimeSpan.FromMinutes(30), 3) { Limits = new(limit, limit, limit) };
        var flow = new FlowKey(Purpose.Recovery, new AddressName(Ticket.NewId()), Ticket.NewId());
        await Store.IssueAsync(new(flow, Ticket.NewId(), TimeSpan.FromSeconds(40), new("k1", "00", "ff"), "n1", rules), default);
        await Store.AttemptAsync(flow, default);

        foreach (var key in new[] { RedisOtpKeys.RecipientHour(flow.Address), RedisOtpKeys.RecipientDay(flow.Address), RedisOtpKeys.Guesses(flow.Address) })
        {
            Assert.StartsWith($"sidecar:{{{flow.Address.Value}}}:", key, StringComparison.Ordinal);
            var end = await _connection.RunAsync(database => database.KeyTimeToLiveAsync(key));
            Assert.InRange(end!.Value, TimeSpan.FromHours(23.9), TimeSpan.FromHours(24.1));
            var entry = Assert.Single(await _connection.RunAsync(database => database.HashGetAllAsync(key)));
            Assert.Matches("^1:[0-9]+(:n1)?$", (string)entry.Name!);
            Assert.Equal(1, (int)entry.Value);
        }
    }
}
