using System.Globalization;
using System.Text;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>
/// Pictures are the one thing here that takes computing. They have one thread, which the kernel runs after all others, and a
/// queue with an end; how much slower forwarding gets is measured by the benchmark <c>captcha-flood</c>.
/// </summary>
public sealed class CaptchaFloodTests
{
    private const int Flood = 600;

    public static TheoryData<string> Engines => Resilience.Engines.All;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Flood_OfCaptchaRequests_IsPaintedByOneThreadOfLowPriorityAndLosesNoRequest(string engine)
    {
        await using var app = new CountingApp();
        await using var sidecar = await SidecarProcess.StartAsync(new SidecarLaunch
        {
            Upstream = app.Address,
            Settings = ["limits.client.mode=off", "limits.captcha.mode=off", "smtp.mail_server=127.0.0.1", "smtp.mail_port=9", "smtp.mail_from_address=a@example.com", "accounts.kind=any"],
        }.With(engine));
        Assert.Equal("image/jpeg", (await AskAsync(sidecar, 0)).Value("Content-Type"));

        var flood = Task.WhenAll(Enumerable.Range(0, Flood).Select(i => AskAsync(sidecar, i)));
        var forwarded = 0;
        while (!flood.IsCompleted || forwarded < 50)
        {
            var target = string.Create(CultureInfo.InvariantCulture, $"/forwarded/{forwarded++}");
            Assert.Equal(200, (await RawHttp.SendAsync(new(sidecar.BaseUrl, "GET", target), TestContext.Current.CancellationToken)).Status);
            Assert.Equal(1, app.CountOf(target));
        }

        var answers = await flood;
        var pictures = answers.Count(static answer => answer.Value("Content-Type") == "image/jpeg");
        var refused = answers.Where(static answer => answer.Value("Content-Type") != "image/jpeg").ToList();
        Assert.True(pictures > 0);
        Assert.All(refused, static answer =>
        {
            Assert.Contains("you still have to wait 1 seconds", Encoding.UTF8.GetString(answer.Body), StringComparison.Ordinal);
            Assert.Equal("1", answer.Value("Retry-After"));
        });

        // Whatever else has the lowered niceness would not be the painter; whatever painted besides would have taken its time.
        var nice = Threads(sidecar.Id).Where(static thread => thread.Niceness == 19).ToList();
        var (_, ticks) = Assert.Single(nice);
        Assert.True(ticks > 0, "The thread of the pictures did nothing.");
    }

    private static Task<RawResponse> AskAsync(SidecarProcess sidecar, int i) => RawHttp.SendAsync(
        new(sidecar.BaseUrl, "GET", string.Create(CultureInfo.InvariantCulture, $"/v1/user/forget/captcha?email=user{i}@example.com")), TestContext.Current.CancellationToken);

    private static IEnumerable<(int Niceness, long Ticks)> Threads(int process)
    {
        foreach (var thread in Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task")))
        {
            var stat = File.ReadAllText(Path.Combine(thread, "stat"));
            // From the third field on: user time is the fourteenth, system time the next, niceness the nineteenth.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            yield return (int.Parse(fields[16], CultureInfo.InvariantCulture), long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture));
        }
    }
}
