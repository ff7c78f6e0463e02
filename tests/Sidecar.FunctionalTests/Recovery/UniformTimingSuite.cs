using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>
/// Time at every step, for addresses that somebody has and for addresses that nobody has: each sample a fresh address, in random
/// order, one after the other over a connection that is kept, so that a step is timed while the mail of the one before is under
/// way. Run by name, on a machine that does nothing else:
/// <c>SIDECAR_UNIFORMITY=2000 dotnet run --project tests/Sidecar.FunctionalTests -- --filter-class '*UniformTimingSuite'</c>; otherwise a few
/// samples show that it works, and that the answers are the same.
/// </summary>
public sealed partial class UniformTimingSuite : IAsyncLifetime
{
    private const int Batch = 25;
    private const int FewSamples = 50;

    // Run before anything is timed, since a process that has just started compiles.
    private const int WarmUp = 4 * Batch;

    private static readonly int? Wanted = Environment.GetEnvironmentVariable("SIDECAR_UNIFORMITY") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private readonly int samples = Wanted ?? FewSamples;
    private readonly Dictionary<string, TimedStep> steps = [];
    private readonly Dictionary<string, string> answers = [];
    private RecoveryWorld? started;
    private bool counts;

    private RecoveryWorld World => started!;

    public async ValueTask InitializeAsync() => started = await RecoveryWorld.StartAsync(new()
    {
        Users = samples + WarmUp,
        Settings = ["recovery.mail_spread=1s", "limits.recipient-hour.mode=off", "limits.recipient-day.mode=off", "limits.guesses.mode=off", "limits.mail-global.mode=off"],
    });

    public ValueTask DisposeAsync() => started?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task EveryStep_KnownAndUnknown_TakesTheSameTime()
    {
        using var connection = new TimedConnection(World.Sidecar.BaseUrl);
        await RunAsync(connection, WarmUp);
        counts = true;
        await RunAsync(connection, samples);

        var report = new UniformityReport([.. steps.Values], SidecarBinary.Find() is { FirstArgument: null } ? "native" : "JIT");
        TestContext.Current.TestOutputHelper?.WriteLine(report.ToMarkdown());
        Assert.All(steps.Values, step => Assert.Equal(0, step.Samples % samples));
        if (Wanted is not null)
        {
            await report.WriteAsync(TestContext.Current.CancellationToken);
            Assert.All(steps.Values, static step =>
            {
                Assert.InRange(step.Difference, -1, 1);
                Assert.InRange(step.Superiority, 0.45, 0.55);
            });
        }
    }

    private async Task RunAsync(TimedConnection connection, int pairs)
    {
        for (var done = 0; done < pairs; done += Batch)
        {
            var batch = Enumerable.Range(0, Math.Min(Batch, pairs - done)).Select(_ => World.NewUser())
                .SelectMany(user => new[] { new Somebody(user, IsKnown: true), new Somebody(World.UnknownLike(user), IsKnown: false) }).ToArray();
            Random.Shared.Shuffle(batch);
            foreach (var somebody in batch)
            {
                Start(connection, somebody);
            }

            await World.AdvanceAsync(61);
            Random.Shared.Shuffle(batch);
            foreach (var somebody in batch)
            {
                Continue(connection, somebody);
            }
        }
    }

    private void Start(TimedConnection connection, Somebody who)
    {
        Time(connection, "otp, no captcha", who, "otp", "captcha");
        Time(connection, "verify, no code", who, "verify-otp", "otp");
        Time(connection, "captcha", who, "captcha");
        Time(connection, "otp, wrong captcha", who, "otp", "captcha", "WRONG");
        Time(connection, "otp, used captcha", who, "otp", "captcha");
        Time(connection, "captcha, flow begun", who, "captcha");
        Time(connection, "otp, sent", who, "otp", "captcha");
        Time(connection, "verify, just after the mail", who, "verify-otp", "otp");
        Time(connection, "captcha, just after the mail", who, "captcha");
        Time(connection, "otp, cooldown", who, "otp", "captcha");
        Time(connection, "reset, unproven", who, "reset-password");
    }

    private void Continue(TimedConnection connection, Somebody who)
    {
        Time(connection, "captcha, resend", who, "captcha");
        Time(connection, "otp, resend", who, "otp", "captcha");
        Time(connection, "verify, wrong code", who, "verify-otp", "otp");
        Time(connection, "verify, third try", who, "verify-otp", "otp");
        Time(connection, "verify, fourth try", who, "verify-otp", "otp");
        Time(connection, "verify, last try", who, "verify-otp", "otp");
        Time(connection, "verify, locked", who, "verify-otp", "otp");
        Time(connection, "reset, unproven and locked", who, "reset-password");
    }

    private void Time(TimedConnection connection, string step, Somebody who, string path, string? field = null, string? value = null)
    {
        var body = path == "reset-password"
            ? $$"""{"email":"{{who.Email}}","new_password":"AAAA","confirm_new_password":"AAAA"}"""
            : field is null ? "" : $$"""{"email":"{{who.Email}}","{{field}}":"{{value ?? (field == "captcha" ? RecoveryWorld.Captcha : "AAAAAAAA")}}"}""";
        var target = "/v1/user/forget/" + (field is null && body.Length == 0 ? $"{path}?email={Uri.EscapeDataString(who.Email)}" : path);
        List<KeyValuePair<string, string>> headers = body.Length == 0 ? [] : [new("Content-Type", "application/json")];
        if (who.Ticket is { } ticket)
        {
            headers.Add(new("Sidecar-Ticket", ticket));
        }

        var (response, took) = connection.Send(new(World.Sidecar.BaseUrl, body.Length == 0 ? "GET" : "POST", target) { Headers = headers, Body = Encoding.UTF8.GetBytes(body) });
        who.Ticket = response.Value("Sidecar-Ticket") ?? who.Ticket;
        var said = $"{response.Status} {(body.Length == 0 ? response.Value("Content-Type") : Number().Replace(Encoding.UTF8.GetString(response.Body), "N"))}";
        if (!answers.TryAdd(step, said))
        {
            Assert.Equal(answers[step], said);
        }

        if (counts)
        {
            steps.TryAdd(step, new TimedStep(step));
            steps[step].Add(who.IsKnown, took);
        }
    }

    [GeneratedRegex(@"\d+ seconds")]
    private static partial Regex Number();

    private sealed record Somebody(string Email, bool IsKnown)
    {
        public string? Ticket { get; set; }
    }
}
