using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Hosting;
using Sidecar.Mail;
using Sidecar.Otp;
using Sidecar.Throttling;
using StackExchange.Redis;

namespace Sidecar.FunctionalTests.Redis;

/// <summary>
/// One of everything that is stored or sealed, as a release wrote it: fixed names and keys, and an instant far ahead, so that nothing
/// in it has ended when it is read. A recording is never changed; a release whose state looks otherwise records another file.
/// </summary>
internal static class StoredState
{
    public const string Code = "QWMZKTRB";
    public const string Mailed = "alice@sidecar.test";

    /// <summary>When it was written, by the clock of whoever wrote it.</summary>
    public static readonly DateTimeOffset At = new(2040, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly KeyRing Keys = new([new RingKey("golden", [.. Enumerable.Range(0, 32).Select(static i => (byte)i)])], [.. Enumerable.Range(0, 32).Select(static i => (byte)(255 - i))]);

    public static readonly LimitOptions Client = new("client") { Permits = 3, Window = TimeSpan.FromHours(1) };

    public static readonly FlowKey Begun = Flow(1, Purpose.Recovery);
    public static readonly FlowKey Locked = Flow(2, Purpose.Recovery);
    public static readonly FlowKey Proven = Flow(3, Purpose.Verification);
    public static readonly FlowKey Reserved = Flow(4, Purpose.Recovery);

    public static string Captcha => Id(99);

    public static FlowRules Rules
    {
        get
        {
            LimitOptions Limit(string name, int permits) => new(name) { Permits = permits, Window = TimeSpan.FromHours(24) };
            return new(TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(60), 5, TimeSpan.FromMinutes(30), 3)
            {
                Limits = new(Limit("recipient-hour", 4), Limit("recipient-day", 4), Limit("guesses", 100)),
            };
        }
    }

    public static Ticket OpenTicket => new(Purpose.Recovery, Begun.Address, Begun.Id, TicketStage.Open, new(Captcha, "K7PQX", At + TimeSpan.FromMinutes(1)), At);

    public static Ticket VerifiedTicket => new(Purpose.Verification, Proven.Address, Proven.Id, TicketStage.Verified, null, At) { Address = Mailed };

    public static OutboxEntry Mail => new("recovery-code", Encoding.UTF8.GetBytes($"5\n{Code}\n{Mailed}\nen\n2040-01-01 00:00 UTC\nsomewhere"), At + TimeSpan.FromMinutes(5), default) { Id = Id(50), Supersedes = "a flow" };

    /// <summary>A clock at an instant of the recording.</summary>
    public static SidecarClock ClockAt(TimeSpan later)
    {
        var clock = new SidecarClock();
        clock.Advance(At + later - clock.GetUtcNow());
        return clock;
    }

    public static IssueRequest Request(FlowKey flow, string captcha, string network = "n1") => new(flow, captcha, TimeSpan.FromMinutes(1), new CodeHasher(Keys).Hash(flow, Code), network, Rules);

    /// <summary>Writes one of everything through this release's stores, and what they left as commands.</summary>
    public static async Task RecordAsync(RedisServer server, string file)
    {
        var clock = ClockAt(TimeSpan.Zero);
        await using var connection = await server.ConnectAsync();
        var store = new RedisOtpStore(connection, clock);
        var generations = new Dictionary<FlowKey, long>();
        foreach (var (i, flow) in new[] { Begun, Locked, Proven, Reserved }.Index())
        {
            var issued = await store.IssueAsync(Request(flow, i == 0 ? Captcha : Id(60 + i)), default);
            Assert.Equal(IssueOutcome.Issued, issued.Outcome);
            generations[flow] = issued.Generation;
        }

        for (var i = 0; i < 7; i++)
        {
            await store.AttemptAsync(i < 2 ? Begun : Locked, default);
        }

        foreach (var flow in new[] { Proven, Reserved })
        {
            Assert.True(await store.RedeemAsync(flow, generations[flow], flow, TimeSpan.FromMinutes(5), default));
        }

        await store.ReserveAsync(Reserved, TimeSpan.FromSeconds(30), default);
        using var limiter = new RedisWindowLimiter(Client, connection, clock, Keys.NetworkName);
        (await limiter.AcquireAsync("203.0.113.7", 3)).Dispose();
        var outbox = new OutboxScripts(connection, clock, clock, TimeSpan.FromSeconds(10));
        await outbox.AddAsync(Mail, SidecarServices.OutboxSeal(new Sealer(Keys)).Seal(Mail), TimeSpan.FromMinutes(5), 100, isHeld: false);

        var tickets = new TicketSealer(new Sealer(Keys));
        var document = new JsonObject
        {
            ["open_ticket"] = tickets.Seal(OpenTicket),
            ["verified_ticket"] = tickets.Seal(VerifiedTicket),
            ["commands"] = new JsonArray([.. (await CommandsAsync(server)).Select(static words => (JsonNode)new JsonArray([.. words.Select(static word => (JsonNode?)word)]))]),
        };
        await File.WriteAllTextAsync(file, document.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n");
    }

    /// <summary>The recordings there are.</summary>
    public static IEnumerable<string> Files() => Directory.EnumerateFiles(RepositoryRoot.Combine("tests", "Sidecar.FunctionalTests", "Redis", "StoredStates"), "*.json").Order();

    public static async Task<JsonObject> ReplayAsync(RedisServer server, string file)
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(file))!.AsObject();
        foreach (var command in document["commands"]!.AsArray())
        {
            var words = command!.AsArray().Select(static word => (object)Decode((string)word!)).ToArray();
            await server.AdminAsync((string)command[0]!, words[1..]);
        }

        return document;
    }

    public static string Id(int number) => number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture);

    private static FlowKey Flow(int number, Purpose purpose) => new(purpose, Keys.Name($"golden{number}@sidecar.test"), Id(number));

    private static async Task<List<string[]>> CommandsAsync(RedisServer server)
    {
        var commands = new List<string[]>();
        foreach (var key in ((string[])(await server.AdminAsync("KEYS", "*"))!).Order(StringComparer.Ordinal))
        {
            var (command, values) = (string?)await server.AdminAsync("TYPE", key) switch
            {
                "hash" => ("HSET", (byte[][])(await server.AdminAsync("HGETALL", key))!),
                "zset" => ("ZADD", await ScoresAsync(server, key)),
                _ => ("SET", [(byte[])(await server.AdminAsync("GET", key))!]),
            };
            commands.Add([command, key, .. values.Select(Encode)]);
        }

        return commands;
    }

    private static async Task<byte[][]> ScoresAsync(RedisServer server, string key)
    {
        var words = new List<byte[]>();
        foreach (var member in (string[])(await server.AdminAsync("ZRANGE", key, 0, -1))!)
        {
            words.Add(Encoding.ASCII.GetBytes(((long)(double)await server.AdminAsync("ZSCORE", key, member)).ToString(System.Globalization.CultureInfo.InvariantCulture)));
            words.Add(Encoding.ASCII.GetBytes(member));
        }

        return [.. words];
    }

    private static string Encode(byte[]? value) => value is null ? "" : value.All(static b => b is >= 32 and < 127) ? Encoding.ASCII.GetString(value) : "base64:" + Convert.ToBase64String(value);

    private static RedisValue Decode(string word) => word.StartsWith("base64:", StringComparison.Ordinal) ? Convert.FromBase64String(word[7..]) : word;
}
