using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.FunctionalTests.Redis;

/// <summary>Several replicas at once, each with a connection of its own, as if they were other processes.</summary>
public sealed class RedisRaceTests(RedisServer server) : IClassFixture<RedisServer>, IAsyncLifetime
{
    private const int Replicas = 8;
    private const int Tries = 1000;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly HashedCode Code = new("k1", "00", "ff");

    private readonly AddressName _address = new(Ticket.NewId());
    private readonly List<RedisConnection> _connections = [];
    private RedisOtpStore[] _stores = [];

    public async ValueTask InitializeAsync()
    {
        RedisServer.Require();
        for (var i = 0; i < Replicas; i++)
        {
            _connections.Add(await server.ConnectAsync());
        }

        _stores = [.. _connections.Select(static connection => new RedisOtpStore(connection, new SidecarClock()))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task Attempts_Concurrent_NeverCountASixth()
    {
        var flow = NewFlow();
        await IssueAsync(_stores[0], flow);

        var results = await AtOnceAsync((store, _) => store.AttemptAsync(flow, default));

        Assert.Equal(5, results.Count(result => result.Outcome == AttemptOutcome.Counted));
        Assert.Equal(Tries - 5, results.Count(result => result.Outcome == AttemptOutcome.Locked));
    }

    [Fact]
    public async Task Redemptions_Concurrent_SucceedOnce()
    {
        var flow = NewFlow();
        var issued = await IssueAsync(_stores[0], flow);

        var results = await AtOnceAsync((store, _) => store.RedeemAsync(flow, issued.Generation, NewFlow(), Minute, default));

        Assert.Single(results, redeemed => redeemed);
    }

    [Fact]
    public async Task Reservations_ConcurrentOfOneFlow_SucceedOnce()
    {
        var verified = await VerifiedAsync();

        var results = await AtOnceAsync((store, _) => store.ReserveAsync(verified, Minute, default));

        Assert.Single(results, result => result == ReserveResult.Reserved);
        Assert.Equal(Tries - 1, results.Count(result => result == ReserveResult.NotVerified));
    }

    [Fact]
    public async Task Reservations_ConcurrentOfTwoFlowsOfAnAddress_SucceedOnce()
    {
        FlowKey[] verified = [await VerifiedAsync(), await VerifiedAsync()];

        var results = await AtOnceAsync((store, i) => store.ReserveAsync(verified[i % 2], Minute, default));

        Assert.Single(results, result => result == ReserveResult.Reserved);
    }

    [Fact]
    public async Task Issues_ConcurrentOfOneAddress_MailOnceInACooldown()
    {
        var results = await AtOnceAsync((store, i) => IssueAsync(store, NewFlow(), network: $"n{i}"));

        Assert.Single(results, result => result.Outcome == IssueOutcome.Issued);
        Assert.All(results, result => Assert.True(result.Outcome is IssueOutcome.Issued or IssueOutcome.CoolingDown));
    }

    [Fact]
    public async Task Issues_ConcurrentWithoutCooldown_StayWithinMaxFlows()
    {
        var results = await AtOnceAsync((store, i) => IssueAsync(store, NewFlow(), network: $"n{i}", cooldown: TimeSpan.Zero));

        Assert.Equal(3, results.Count(result => result.Outcome == IssueOutcome.Issued));
    }

    [Fact]
    public async Task Captcha_SpentConcurrently_IsSpentOnce()
    {
        var captcha = Ticket.NewId();

        var results = await AtOnceAsync((store, _) => store.SpendCaptchaAsync(_address, captcha, Minute, default));

        Assert.Single(results, spent => spent);
    }

    private FlowKey NewFlow() => new(Purpose.Recovery, _address, Ticket.NewId());

    private static ValueTask<IssueResult> IssueAsync(RedisOtpStore store, FlowKey flow, string network = "n", TimeSpan? cooldown = null)
    {
        var rules = new FlowRules(TimeSpan.FromMinutes(5), cooldown ?? Minute, 5, TimeSpan.FromMinutes(30), 3);
        return store.IssueAsync(new IssueRequest(flow, Ticket.NewId(), Minute, Code, network, rules), default);
    }

    private async Task<FlowKey> VerifiedAsync()
    {
        var (flow, verified) = (NewFlow(), NewFlow());
        var issued = await IssueAsync(_stores[0], flow, cooldown: TimeSpan.Zero);
        Assert.True(await _stores[0].RedeemAsync(flow, issued.Generation, verified, Minute, default));
        return verified;
    }

    private async Task<T[]> AtOnceAsync<T>(Func<RedisOtpStore, int, ValueTask<T>> step)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var tasks = Enumerable.Range(0, Tries).Select(async i =>
        {
            await gate.Task;
            return await step(_stores[i % Replicas], i);
        }).ToArray();
        gate.SetResult();
        return await Task.WhenAll(tasks);
    }
}
