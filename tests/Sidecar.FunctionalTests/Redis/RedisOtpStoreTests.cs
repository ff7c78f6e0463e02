using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Otp;
using Sidecar.Tests.Otp;
using StackExchange.Redis;

namespace Sidecar.FunctionalTests.Redis;

public sealed class RedisOtpStoreTests(RedisServer server) : OtpStoreContract, IClassFixture<RedisServer>, IAsyncLifetime
{
    private readonly SidecarClock _clock = new();
    private RedisConnection _connection = null!;
    private RedisOtpStore _store = null!;

    private protected override IOtpStore Store => _store;

    protected override TimeSpan Slack => TimeSpan.FromSeconds(10);

    public async ValueTask InitializeAsync()
    {
        RedisServer.Require();
        _connection = await server.ConnectAsync();
        _store = new RedisOtpStore(_connection, _clock);
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
    public async Task Keys_AfterAWholeFlow_ShareOneSlotAndHaveAnEnd()
    {
        var (flow, verified) = (NewFlow(), NewFlow());
        var issued = await IssueAsync(flow);
        await _store.AttemptAsync(flow, default);
        await _store.SettleAsync(NewFlow(), used: false, default);
        Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(IssueOutcome.Issued, (await IssueAsync(NewFlow(), network: "n2")).Outcome);
        await _store.RedeemAsync(flow, issued.Generation, verified, TimeSpan.FromMinutes(5), default);
        await _store.ReserveAsync(verified, TimeSpan.FromSeconds(30), default);

        var keys = await server.AdminAsync("KEYS", $"*{flow.Address.Value}*");

        // Captchas and cooldown, the second flow and the list of live ones, the verified flow and the hand-over.
        Assert.Equal(7, keys.Length);
        foreach (var key in (string[])keys!)
        {
            Assert.StartsWith($"sidecar:{{{flow.Address.Value}}}:", key, StringComparison.Ordinal);
            var end = await _connection.RunAsync(database => database.KeyTimeToLiveAsync(key));
            Assert.InRange(end!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(31));
        }
    }

    [Fact]
    public async Task Values_Numbers_AreWrittenAsIntegers()
    {
        var flow = NewFlow();
        await IssueAsync(flow);
        await _store.AttemptAsync(flow, default);

        var entries = await _connection.RunAsync(database => database.HashGetAllAsync(RedisOtpKeys.Flow(flow)));

        Assert.All(
            entries.Where(entry => (string)entry.Name! is not ("key" or "salt" or "hash" or "hour" or "day")),
            entry => Assert.Matches("^[0-9]+$", (string)entry.Value!));
    }

    [Fact]
    public async Task Step_AfterAScriptFlush_RunsAllTheSame()
    {
        var flow = NewFlow();
        await IssueAsync(flow);
        await server.AdminAsync("SCRIPT", "FLUSH", "SYNC");

        Assert.Equal(AttemptOutcome.Counted, (await _store.AttemptAsync(flow, default)).Outcome);
        Assert.Equal(AttemptOutcome.Counted, (await _store.AttemptAsync(flow, default)).Outcome);
    }
}
