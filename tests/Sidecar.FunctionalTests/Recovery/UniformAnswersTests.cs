using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>
/// What an observer of the answers or of the store can see is the same, byte for byte and command for command, whether
/// somebody has the address or nobody. Time alone is left to <see cref="UniformTimingSuite"/>.
/// </summary>
public sealed partial class UniformAnswersTests : IAsyncLifetime
{
    private static readonly string[] Random = ["Sidecar-Ticket", "Set-Cookie"];

    /// <summary>Longer than the exporter hands out the answer that it gave last.</summary>
    private static readonly TimeSpan ScrapeCache = TimeSpan.FromMilliseconds(500);

    /// <summary>Refusals by every limit that an address or a client can meet, within a few requests.</summary>
    private static readonly string[] Tight =
    [
        "limits.client.mode=on", "limits.client.permits=7", "limits.captcha.mode=on", "limits.captcha.permits=4", "limits.guesses.permits=2",
        "limits.recipient-hour.permits=3", "recovery.max_flows_per_address=1",
    ];

    private readonly List<RecoveryWorld> started = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var world in started)
        {
            await world.DisposeAsync();
        }
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("rest")]
    [InlineData("v1-verify")]
    [InlineData("rest-verify")]
    public async Task EveryStep_UnknownAddress_AnswersByteForByteAsForAKnownOne(string contract)
    {
        var world = await StartAsync("verification.enabled=true", "verification.gate.enabled=true");

        await AssertSameAsync(world, contract, WalkAsync);
    }

    [Fact]
    public async Task EveryLimit_UnknownAddress_RefusesByteForByteAsForAKnownOne()
    {
        var world = await StartAsync(Tight);

        var seen = await AssertSameAsync(world, "v1", WalkIntoLimitsAsync);

        string[] policies = ["client", "captcha", "guesses", "recipient-hour", "flows", "cooldown"];
        Assert.All(policies, policy => Assert.Contains(seen, reply => reply.Header("RateLimit-Policy")?.Contains($"\"{policy}\"", StringComparison.Ordinal) == true));
    }

    /// <summary>Without the budget of mails, which is the worker's, and taken from after the answer.</summary>
    private async Task<RecoveryWorld> StartAsync(params string[] settings)
    {
        var world = await RecoveryWorld.StartAsync(new() { Settings = ["client_address.trusted_proxies.0=127.0.0.1", "limits.mail-global.mode=off", .. settings] });
        started.Add(world);
        return world;
    }

    /// <summary>Walks for an address nobody asked for, to make the scripts known, then for a known and an unknown one.</summary>
    private static async Task<List<Reply>> AssertSameAsync(RecoveryWorld world, string contract, Func<Walk, Task> steps)
    {
        await RunAsync(world, contract, steps, world.NewUser(), 1);
        var known = await RunAsync(world, contract, steps, world.NewUser(), 2);
        var unknown = await RunAsync(world, contract, steps, world.UnknownLike(world.NewUser()), 3);

        Assert.NotEmpty(known.Replies);
        Assert.Equal(known.Replies.Select(Shape), unknown.Replies.Select(Shape));
        Assert.All(known.Replies.Zip(unknown.Replies), static pair => AssertSameWait(pair.First, pair.Second));
        Assert.Equal(known.Store, unknown.Store);
        Assert.Contains(known.Store, static trip => trip.StartsWith("EVALSHA", StringComparison.Ordinal));
        Assert.Contains(known.Store, static trip => trip.Contains("operation=\"check\"", StringComparison.Ordinal));
        return known.Replies;
    }

    private static async Task<(List<Reply> Replies, List<string> Store)> RunAsync(
        RecoveryWorld world, string contract, Func<Walk, Task> steps, string email, int network)
    {
        var before = await OperationsAsync(world);
        await using var monitor = await RedisMonitor.StartAsync(world.Redis);
        var walk = new Walk(world, contract, email, network);
        await steps(walk);
        // MONITOR tells in order: when this command has shown, everything before it has.
        var end = "the-end-of-" + email;
        await world.AppRedis.StringGetAsync(end);
        await RedisServer.UntilAsync(() => Task.FromResult(monitor.Lines.Any(line => line.Contains(end, StringComparison.Ordinal))), RecoveryWorld.Patience, "MONITOR fell silent");
        var commands = monitor.Lines.TakeWhile(line => !line.Contains(end, StringComparison.Ordinal)).Select(CommandOf).OfType<string>();
        var operations = (await OperationsAsync(world)).Select(after => $"{after.Key} {after.Value - before.GetValueOrDefault(after.Key)}").Order(StringComparer.Ordinal);
        return (walk.Replies, [.. commands, .. operations]);
    }

    /// <summary>
    /// Round trips only, by command, script and number of arguments; null for pings and for the look whether the store takes writes, which
    /// nobody's step need have sent, for what a script does inside, and for the queue of mails, which is looked at all the time: what a step
    /// adds to it is among the operations.
    /// </summary>
    private static string? CommandOf(string line)
    {
        var parts = MonitorLine().Match(line);
        var words = Quoted().Matches(parts.Groups["rest"].Value).Select(static word => word.Groups[1].Value).ToList();
        return !parts.Success || parts.Groups["by"].Value.EndsWith(" lua", StringComparison.Ordinal)
            || words[0].ToUpperInvariant() is "PING" or "INFO" or "ECHO" or "CONFIG" || words[1..] is ["return redis.call('DEL', KEYS[1])", ..]
            || line.Contains("sidecar:{outbox}", StringComparison.Ordinal)
            ? null
            : $"{words[0].ToUpperInvariant()} {words.ElementAtOrDefault(1)} {words.Count}";
    }

    /// <summary>How often each step against the store was taken with each outcome, pings for a step among them.</summary>
    private static async Task<Dictionary<string, long>> OperationsAsync(RecoveryWorld world)
    {
        await Task.Delay(ScrapeCache, TestContext.Current.CancellationToken);
        var metrics = Encoding.UTF8.GetString((await RawHttp.SendAsync(new(world.Sidecar.ManagementUrl, "GET", "/metrics"), TestContext.Current.CancellationToken)).Body);
        return metrics.Split('\n').Select(static line => Operation().Match(line)).Where(static match => match.Success && !IsTheWorkers(match.Value))
            .ToDictionary(static match => match.Groups[1].Value, static match => long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
    }

    /// <summary>What the mail worker does with the queue in its own time; only adding to it is part of a step.</summary>
    private static bool IsTheWorkers(string operation) =>
        operation.Contains("outbox_", StringComparison.Ordinal) && !operation.Contains("outbox_add", StringComparison.Ordinal);

    private static async Task WalkAsync(Walk walk)
    {
        // Without anything: no ticket, no captcha, no code.
        await walk.CodeAsync();
        await walk.VerifyAsync();
        await walk.ResetAsync();
        await walk.PostAsync("code", ("email", walk.Email));
        await walk.CaptchaAsync();
        await walk.CodeAsync("WRONG");
        await walk.CodeAsync();
        await walk.CaptchaAsync();
        await walk.CodeAsync();
        // A captcha that is used, then the cooldown.
        await walk.CodeAsync();
        await walk.CaptchaAsync();
        await walk.CodeAsync();
        await walk.VerifyAsync();
        await walk.ResetAsync();
        // Another client, who may not start within the cooldown either.
        await walk.OtherAsync();
        await walk.World.AdvanceAsync(61);
        // The resend, one more try of the five, and the code's end.
        await walk.CaptchaAsync();
        await walk.CodeAsync();
        await walk.VerifyAsync();
        await walk.World.AdvanceAsync(301);
        await walk.VerifyAsync();
        await walk.CaptchaAsync();
        await walk.CodeAsync();
        await walk.PostAsync("verify", ("email", walk.Email));
        for (var i = 0; i < 5; i++)
        {
            await walk.VerifyAsync();
        }

        await walk.World.AdvanceAsync(61);
        await walk.CaptchaAsync();
        await walk.CodeAsync();
        await walk.ResetAsync();
        await walk.OtherAsync();
    }

    private static async Task WalkIntoLimitsAsync(Walk walk)
    {
        await walk.CaptchaAsync();
        await walk.CodeAsync();
        await walk.OtherAsync();
        await walk.World.AdvanceAsync(61);
        await walk.OtherAsync();
        for (var i = 0; i < 3; i++)
        {
            await walk.VerifyAsync();
        }

        await walk.CaptchaAsync();
        await walk.CodeAsync();
        await walk.World.AdvanceAsync(61);
        await walk.CaptchaAsync();
        await walk.CodeAsync();
        for (var i = 0; i < 6; i++)
        {
            await walk.CaptchaAsync();
        }
    }

    /// <summary>Everything but the date, the random bytes, the picture and the seconds of a wait, each of which keeps its length.</summary>
    private static string Shape(Reply reply)
    {
        var shape = new StringBuilder();
        shape.AppendLine(CultureInfo.InvariantCulture, $"{reply.Status}");
        foreach (var (name, value) in reply.Raw.Headers.Where(static header => header.Key != "Date"))
        {
            var shown = Random.Contains(name) ? Sealed().Replace(value, static match => $"<{match.Length}>")
                : name == "Content-Length" && reply.IsPicture ? "<picture>"
                : name is "Retry-After" or "RateLimit" ? Number().Replace(value, "N") : value;
            shape.AppendLine(CultureInfo.InvariantCulture, $"{name}: {shown}");
        }

        return shape.Append(reply.IsPicture ? "<picture>" : Seconds().Replace(Encoding.UTF8.GetString(reply.Raw.Body), "N seconds")).ToString();
    }

    /// <summary>The walks do not start in the same second.</summary>
    private static void AssertSameWait(Reply known, Reply unknown)
    {
        if (known.Header("Retry-After") is { } wait)
        {
            Assert.InRange(
                int.Parse(unknown.Header("Retry-After")!, CultureInfo.InvariantCulture) - int.Parse(wait, CultureInfo.InvariantCulture), -10, 10);
        }
    }

    [GeneratedRegex(@"^\+?\d+\.\d+ \[(?<by>[^\]]*)\] (?<rest>.*)$")]
    private static partial Regex MonitorLine();

    [GeneratedRegex(@"^sidecar_store_duration\w*_count\{(.*)\} (\d+)")]
    private static partial Regex Operation();

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex("[A-Za-z0-9_-]{60,}")]
    private static partial Regex Sealed();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"\d+ seconds")]
    private static partial Regex Seconds();

    /// <summary>One client in a network of its own, and what it was told.</summary>
    private sealed class Walk(RecoveryWorld world, string contract, string email, int network)
    {
        private readonly RecoveryClient client = world.NewClient(contract: contract).From($"203.0.{network}.1");
        private readonly RecoveryClient other = world.NewClient(contract: contract).From($"203.0.{network}.2");

        public RecoveryWorld World => world;

        public string Email => email;

        public List<Reply> Replies { get; } = [];

        public async Task CaptchaAsync() => Replies.Add(await client.CaptchaAsync(email));

        public async Task CodeAsync(string captcha = RecoveryWorld.Captcha) => Replies.Add(await client.CodeAsync(email, captcha));

        public async Task VerifyAsync() => Replies.Add(await client.VerifyAsync(email, "AAAAAAAA"));

        public async Task ResetAsync() => Replies.Add(await client.ResetAsync(email));

        public async Task PostAsync(string step, params (string Name, string Value)[] fields) => Replies.Add(await client.PostAsync(client.Path(step), fields));

        public async Task OtherAsync() => Replies.AddRange([await other.CaptchaAsync(email), await other.CodeAsync(email), await other.VerifyAsync(email, "AAAAAAAA")]);
    }
}
