using System.Diagnostics;
using System.Globalization;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Otp;

namespace Sidecar.FunctionalTests.Redis;

/// <summary>Flows under load while a third of a Cluster changes hands. Each test breaks a Cluster of its own.</summary>
public sealed class ClusterFailoverTests : IAsyncLifetime
{
    /// <summary>A second is promised; the rest is for a machine that does other things as well.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(3);

    /// <summary>Three seconds are promised; twice that for a machine under load.</summary>
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(6);
    private static readonly HashedCode Code = new("k1", "00", "ff");
    private static readonly FlowRules Rules = new(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(60), FlowLoad.Budget, TimeSpan.FromMinutes(30), 3);

    private readonly RedisCluster _cluster = new();

    public ValueTask InitializeAsync() => _cluster.InitializeAsync();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Theory]
    [InlineData("kill")]
    [InlineData("hang")]
    [InlineData("planned")]
    public async Task Flows_MasterGoesUnderLoad_GrantNoGuessTooManyAndComeBack(string way)
    {
        // A planned one passes everything on by itself.
        await using var connection = await _cluster.ConnectAsync(_cluster.Options with { WaitReplicas = way == "planned" ? 0 : 1 });
        await using var load = new FlowLoad(connection);
        load.Start();
        await Task.Delay(500);
        var (master, replica) = (_cluster.Nodes[0], _cluster.Nodes[3]);
        var there = await AddressOnAsync(master);

        switch (way)
        {
            case "kill":
                await master.KillAsync();
                break;
            case "hang":
                master.Pause();
                break;
            default:
                await replica.AdminAsync("CLUSTER", "FAILOVER");
                break;
        }

        await RedisServer.UntilAsync(
            async () => (await RedisCluster.TextAsync(replica, "CLUSTER", "NODES")).Split('\n').Any(static line => line.Contains("myself,master", StringComparison.Ordinal) && line.Contains('-', StringComparison.Ordinal)),
            TimeSpan.FromSeconds(30),
            "the replica was not promoted");
        var promoted = Stopwatch.GetTimestamp();
        await ServesAsync(load.Store, there);
        var took = Stopwatch.GetElapsedTime(promoted);
        await load.StopAsync();
        TestContext.Current.SendDiagnosticMessage(string.Create(CultureInfo.InvariantCulture, $"cluster, {way}: {load.Answers} answers, {load.Refused} unavailable, longest {load.Longest.TotalMilliseconds:0} ms; back {took.TotalMilliseconds:0} ms after the promotion; {load.Granted.Count} flows"));
        Assert.True(took < Back, $"back after {took}");
        Assert.True(load.Longest < Bound, $"an answer took {load.Longest}");

        // The promoted one has no replica to wait for.
        await using var other = await _cluster.ConnectAsync(_cluster.Options with { WaitReplicas = 0 });
        await using var after = new FlowLoad(other);
        await after.GuessOnAsync(load);
        Assert.Contains(load.Granted, static flow => flow.Value > 0);
        Assert.All(after.Granted, static flow => Assert.InRange(flow.Value, 0, FlowLoad.Budget));
    }

    [Fact]
    public async Task Flows_MasterGoneForGood_OtherAddressesAreServedAndTheStatusTells()
    {
        await using var connection = await _cluster.ConnectAsync();
        var store = new RedisOtpStore(connection, new SidecarClock());
        var (gone, there) = (await AddressOnAsync(_cluster.Nodes[0]), await AddressOnAsync(_cluster.Nodes[1]));
        foreach (var node in _cluster.Nodes)
        {
            await node.AdminAsync("CONFIG", "SET", "cluster-require-full-coverage", "no");
        }

        await _cluster.Nodes[3].KillAsync();
        await _cluster.Nodes[0].KillAsync();

        await RedisServer.UntilAsync(() => Task.FromResult(connection.Status != "ok"), TimeSpan.FromSeconds(10), "nothing was noticed");
        var started = Stopwatch.GetTimestamp();
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.SpendCaptchaAsync(gone, Ticket.NewId(), Back, default));
        Assert.True(Stopwatch.GetElapsedTime(started) < Bound);
        await ServesAsync(store, there);
        Assert.Equal("1 of 3 masters do not answer", connection.Status);
        Assert.True(connection.IsHealthy);
    }

    [Fact]
    public async Task Flow_ItsSlotMovesMeanwhile_KeepsItsBudget()
    {
        await using var connection = await _cluster.ConnectAsync();
        var store = new RedisOtpStore(connection, new SidecarClock());
        var (from, to) = (_cluster.Nodes[0], _cluster.Nodes[1]);
        var flow = new FlowKey(Purpose.Recovery, await AddressOnAsync(from), Ticket.NewId());
        Assert.Equal(IssueOutcome.Issued, (await store.IssueAsync(new(flow, Ticket.NewId(), TimeSpan.FromMinutes(1), Code, "n", Rules), default)).Outcome);
        var granted = 0;
        await GuessAsync(2);
        var slot = await SlotAsync(flow.Address);

        await to.AdminAsync("CLUSTER", "SETSLOT", slot, "IMPORTING", _cluster.IdOf(from));
        await from.AdminAsync("CLUSTER", "SETSLOT", slot, "MIGRATING", _cluster.IdOf(to));
        await GuessAsync(1);
        foreach (var key in (string[])(await from.AdminAsync("CLUSTER", "GETKEYSINSLOT", slot, 100))!)
        {
            await from.AdminAsync("MIGRATE", "127.0.0.1", to.Port, key, 0, 5000);
            // Some keys here, some there: no step is done by halves.
            await GuessAsync(1);
        }

        foreach (var node in new[] { to, from })
        {
            await node.AdminAsync("CLUSTER", "SETSLOT", slot, "NODE", _cluster.IdOf(to));
        }

        await GuessAsync(20);
        Assert.Equal(FlowLoad.Budget, granted);

        async Task GuessAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                try
                {
                    granted += (await store.AttemptAsync(flow, default)).Outcome == AttemptOutcome.Counted ? 1 : 0;
                }
                catch (StoreUnavailableException)
                {
                    // An answer, too.
                }
            }
        }
    }

    private async Task<AddressName> AddressOnAsync(RedisServer node)
    {
        var index = _cluster.Nodes.Index().First(one => one.Item == node).Index;
        while (true)
        {
            var address = new AddressName(Ticket.NewId());
            if (await SlotAsync(address) * 3 / 16384 == index)
            {
                return address;
            }
        }
    }

    private async Task<int> SlotAsync(AddressName address) => (int)await _cluster.Nodes[2].AdminAsync("CLUSTER", "KEYSLOT", RedisOtpKeys.Cooldown(address));

    private static Task ServesAsync(RedisOtpStore store, AddressName address) => RedisServer.UntilAsync(
        async () =>
        {
            try
            {
                await store.SpendCaptchaAsync(address, Ticket.NewId(), Back, default);
                return true;
            }
            catch (StoreUnavailableException)
            {
                return false;
            }
        },
        TimeSpan.FromSeconds(30),
        "not back");
}
