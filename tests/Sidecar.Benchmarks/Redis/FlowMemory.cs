using System.Globalization;
using System.Text;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;

namespace Sidecar.Benchmarks.Redis;

/// <summary>What a flow takes of a real Redis' memory: <c>used_memory</c> before and after 20,000 of them, each of an address of its own, through the real stores.</summary>
internal static class FlowMemory
{
    private const int Flows = 20_000;
    private const int AtOnce = 64;
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    public static Benchmark Benchmark { get; } = new("redis-memory", RunAsync);

    private static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(BenchmarkSettings settings)
    {
        await using var server = new RedisServer();
        await server.StartAsync();
        await using var connection = await server.ConnectAsync();
        var (issued, guessed, proven, mailed) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < settings.Rounds; round++)
        {
            await server.FlushAsync();
            await RoundAsync(server, connection, issued, guessed, proven, mailed);
        }

        return
        [
            new("redis-memory code on its way", "memory", "bytes", issued),
            new("redis-memory and guessed at once", "memory", "bytes", guessed),
            new("redis-memory then proven", "memory", "bytes", proven),
            new("redis-memory waiting mail", "memory", "bytes", mailed),
        ];
    }

    private static async Task RoundAsync(RedisServer server, RedisConnection connection, List<double> issued, List<double> guessed, List<double> proven, List<double> mailed)
    {
        var (clock, keys) = (new SidecarClock(), KeyRing.Generate());
        var (store, hasher) = (new RedisOtpStore(connection, clock), new CodeHasher(keys));
        var flows = Enumerable.Range(0, Flows).Select(i => new FlowKey(Purpose.Recovery, keys.Name(string.Create(CultureInfo.InvariantCulture, $"user{i}@example.com")), Ticket.NewId())).ToArray();
        var generations = new long[Flows];
        var day = TimeSpan.FromHours(24);
        var rules = new FlowRules(Lifetime, TimeSpan.FromMinutes(1), 5, TimeSpan.FromMinutes(30), 3)
        {
            Limits = new(new("recipient-hour") { Permits = 5, Window = TimeSpan.FromHours(1) }, new("recipient-day") { Permits = 10, Window = day }, new("guesses") { Permits = 100, Window = day }),
        };
        // Scripts and their cache are there before anything is counted.
        var first = new FlowKey(Purpose.Recovery, keys.Name("first"), Ticket.NewId());
        await store.IssueAsync(new(first, Ticket.NewId(), Lifetime, hasher.Hash(first, "QWMZKTRB"), "n", rules), default);
        await store.AttemptAsync(first, default);
        var empty = await UsedAsync(server);
        await EachAsync(async i => generations[i] = (await store.IssueAsync(
            new(flows[i], Ticket.NewId(), Lifetime, hasher.Hash(flows[i], "QWMZKTRB"), keys.NetworkName("203.0.113.7"), rules), default)).Generation);
        issued.Add((await UsedAsync(server) - empty) / Flows);
        await EachAsync(async i => await store.AttemptAsync(flows[i], default));
        guessed.Add((await UsedAsync(server) - empty) / Flows);
        await EachAsync(async i => await store.RedeemAsync(flows[i], generations[i], flows[i] with { Id = Ticket.NewId() }, Lifetime, default));
        proven.Add((await UsedAsync(server) - empty) / Flows);

        var (seal, outbox) = (SidecarServices.OutboxSeal(new Sealer(keys)), new OutboxScripts(connection, clock, clock, TimeSpan.FromSeconds(10)));
        var before = await UsedAsync(server);
        await EachAsync(async i =>
        {
            var payload = string.Create(CultureInfo.InvariantCulture, $"5\nQWMZKTRB\nuser{i}@example.com\nen\n2026-11-22 20:15 UTC\nFirefox, Windows, 203.0.113.0/24");
            var entry = new OutboxEntry("recovery-code", Encoding.UTF8.GetBytes(payload), clock.GetUtcNow() + Lifetime, default) { Supersedes = flows[i].Id };
            await outbox.AddAsync(entry, seal.Seal(entry), Lifetime, int.MaxValue, isHeld: false);
        });
        mailed.Add((await UsedAsync(server) - before) / Flows);
    }

    private static Task EachAsync(Func<int, Task> step) =>
        Parallel.ForEachAsync(Enumerable.Range(0, Flows), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) => await step(i));

    private static async Task<double> UsedAsync(RedisServer server)
    {
        var text = (string)(await server.AdminAsync("INFO", "memory"))!;
        return double.Parse(text.Split('\n').First(static line => line.StartsWith("used_memory:", StringComparison.Ordinal))[12..].Trim(), CultureInfo.InvariantCulture);
    }
}
