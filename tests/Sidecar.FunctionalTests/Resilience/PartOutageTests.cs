using System.Globalization;
using System.Text;
using System.Text.Json;
using Sidecar.Demo.Mail;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.FunctionalTests.Recovery;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>
/// Redis or the relay down, hung or slow, while people go on asking for codes: the app's own traffic loses no request and gets
/// no slower than in the phases between, in which all is well. Writes artifacts/resilience/outages-….json; SIDECAR_OUTAGES
/// is the number of requests of a phase.
/// </summary>
public sealed class PartOutageTests
{
    private const double MostTimesSlower = 3;

    /// <summary>How long the sidecar waits for a Redis that hangs: so long that one request that did cannot be taken for a busy machine's hiccup.</summary>
    private static readonly TimeSpan RedisTimeout = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan Hiccup = TimeSpan.FromMilliseconds(20);
    private static readonly int Requests = int.Parse(Environment.GetEnvironmentVariable("SIDECAR_OUTAGES") ?? "200", CultureInfo.InvariantCulture);

    public static TheoryData<string> Engines => Resilience.Engines.All;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Forwarding_WhileRedisOrTheRelayIsDownHungOrSlow_LosesNothingAndIsNoSlower(string engine)
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var mails = SmtpSink.Start(0, new Inbox(TimeProvider.System));
        await using var store = new FaultyLink(redis.Port);
        await using var relay = new FaultyLink(mails.Port);
        await using var app = new CountingApp();
        await using var sidecar = await SidecarProcess.StartAsync(Launch(app, store, relay).With(engine));
        using var stop = new CancellationTokenSource();
        var asking = Task.WhenAll(Enumerable.Range(0, 4).Select(client => Task.Run(() => AskForCodesAsync(sidecar, client, stop.Token))));

        (string Name, Func<Task> Begin, Func<Task> End)[] outages =
        [
            ("redis killed", redis.KillAsync, redis.StartAsync),
            ("redis stopped", () => Do(redis.Pause), () => Do(redis.Resume)),
            ("redis slow", () => Do(() => store.Delay = TimeSpan.FromMilliseconds(250)), () => Do(store.Heal)),
            ("redis cut", () => Do(store.Cut), () => Do(store.Heal)),
            ("relay cut", () => Do(relay.Cut), () => Do(relay.Heal)),
            ("relay silent", () => Do(relay.FallSilent), () => Do(relay.Heal)),
            ("relay slow", () => Do(() => relay.Delay = TimeSpan.FromMilliseconds(500)), () => Do(relay.Heal)),
        ];
        var phases = new List<Phase>();
        // Else nothing would depend on the parts that fail.
        await Eventually.TrueAsync(async () => await HealthAsync(sidecar) is var health && health.Contains("redis: ok", StringComparison.Ordinal) && !health.Contains("\"mail\":{\"status\":\"failing\"", StringComparison.Ordinal), "redis and relay");
        Measure("warm", app, sidecar);
        for (var i = 0; i < outages.Length; i++)
        {
            phases.Add(Measure(string.Create(CultureInfo.InvariantCulture, $"well {i}"), app, sidecar));
            await outages[i].Begin();
            phases.Add(Measure(outages[i].Name, app, sidecar));
            await outages[i].End();
            // A part that is known to be down is not asked, and the next outage would be none.
            await Eventually.TrueAsync(async () => (await HealthAsync(sidecar)).Contains("redis: ok", StringComparison.Ordinal), "redis to be back");
        }

        await stop.CancelAsync();
        await asking;
        Write(engine, phases);
        var well = phases.Where(static phase => phase.Name.StartsWith("well", StringComparison.Ordinal)).ToList();
        var (median, slowest) = (well.Max(static phase => phase.Median), well.Max(static phase => phase.P99));
        Assert.All(phases, phase => Assert.True(
            phase.Slowest < RedisTimeout / 2 && phase.Median < (MostTimesSlower * median) + Hiccup && phase.P99 < (MostTimesSlower * slowest) + (10 * Hiccup),
            $"{phase}, against {median} and {slowest} when all is well"));
    }

    private static SidecarLaunch Launch(CountingApp app, FaultyLink store, FaultyLink relay) => new()
    {
        Upstream = app.Address,
        Settings =
        [
            $"redis.host=127.0.0.1:{store.Port}", $"redis.timeout={RedisTimeout.TotalSeconds}s", "smtp.mail_server=127.0.0.1", $"smtp.mail_port={relay.Port}", "smtp.mail_use_ssl=false", "smtp.mail_from_address=a@example.com",
            "mail.block_reserved_domains=false", "recovery.mail_spread=0s", "accounts.kind=any", "captcha.fixed_answer=FIXED", "limits.client.permits=100000", "limits.captcha.mode=off",
        ],
    };

    private static async Task<string> HealthAsync(SidecarProcess sidecar) =>
        Encoding.UTF8.GetString((await RawHttp.SendAsync(new(sidecar.ManagementUrl, "GET", "/readyz"), TestContext.Current.CancellationToken)).Body);

    private static Task Do(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    /// <summary>Every request answered and seen once by the app, each timed by itself.</summary>
    private static Phase Measure(string name, CountingApp app, SidecarProcess sidecar)
    {
        using var connection = new TimedConnection(sidecar.BaseUrl);
        var took = new List<TimeSpan>(Requests);
        for (var i = 0; i < Requests; i++)
        {
            var target = string.Create(CultureInfo.InvariantCulture, $"/{name.Replace(' ', '-')}/{i}");
            var (answer, time) = connection.Send(new(sidecar.BaseUrl, "GET", target));
            Assert.Equal((name, 200), (name, answer.Status));
            Assert.Equal((name, 1), (name, app.CountOf(target)));
            took.Add(time);
        }

        took.Sort();
        return new(name, took[took.Count / 2], took[took.Count * 99 / 100], took[^1]);
    }

    /// <summary>What the answers are is other tests' affair; here they are what keeps the failing part in use.</summary>
    private static async Task AskForCodesAsync(SidecarProcess sidecar, int number, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var client = new RecoveryClient(null!, sidecar.BaseUrl);
            var email = string.Create(CultureInfo.InvariantCulture, $"user{number}.{i}@example.com");
            await client.CaptchaAsync(email);
            await client.CodeAsync(email);
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private static void Write(string engine, List<Phase> phases)
    {
        var directory = RepositoryRoot.Combine("artifacts", "resilience");
        Directory.CreateDirectory(directory);
        using var json = new Utf8JsonWriter(File.Create(Path.Combine(directory, $"outages-{engine ?? "default"}.json")), new() { Indented = true });
        json.WriteStartArray();
        foreach (var phase in phases)
        {
            json.WriteStartObject();
            json.WriteString("phase", phase.Name);
            json.WriteNumber("requests", Requests);
            json.WriteNumber("median_ms", Math.Round(phase.Median.TotalMilliseconds, 3));
            json.WriteNumber("p99_ms", Math.Round(phase.P99.TotalMilliseconds, 3));
            json.WriteNumber("slowest_ms", Math.Round(phase.Slowest.TotalMilliseconds, 3));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private sealed record Phase(string Name, TimeSpan Median, TimeSpan P99, TimeSpan Slowest);
}
