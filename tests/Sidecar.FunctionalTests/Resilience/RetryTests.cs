using System.Globalization;
using System.Text;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>
/// Connections to the app are kept, and any of them may end at the moment a request is sent over it. A request that may be
/// repeated is sent again and the client sees nothing; one that may have been acted on never is.
/// </summary>
public sealed class RetryTests
{
    public static TheoryData<string> Engines => Resilience.Engines.All;

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task SafeRequest_KeptConnectionDiesUnderIt_IsSentAgain(string engine)
    {
        await using var app = new CountingApp();
        await using var sidecar = await StartAsync(app, engine);
        foreach (var method in (string[])["GET", "HEAD", "OPTIONS"])
        {
            await WarmUpAsync(app, sidecar, method);
            // As if the app had closed the connection a moment before the request came.
            app.Answers = static (_, before) => before == 0;

            var answer = await SendAsync(sidecar, method, $"/{method}");

            Assert.Equal((method, 200), (method, answer.Status));
            Assert.Equal(2, app.CountOf($"/{method}"));
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task UnsafeRequest_KeptConnectionDiesUnderIt_IsNeverSentTwice(string engine)
    {
        await using var app = new CountingApp();
        await using var sidecar = await StartAsync(app, engine);
        foreach (var (method, body) in ((string, string)[])[("POST", "{}"), ("POST", ""), ("PATCH", "{}"), ("ODD", "{}"), ("ODD", "")])
        {
            var target = $"/{method}-{body.Length}";
            await WarmUpAsync(app, sidecar, target);
            app.Answers = static (_, before) => before == 0;

            var answer = await SendAsync(sidecar, method, target, body);

            Assert.Equal((target, 1), (target, app.CountOf(target)));
            Assert.Equal((target, 502), (target, answer.Status));
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Request_EveryConnectionDiesUnderIt_IsGivenUpAndAnUnsafeOneSentOnce(string engine)
    {
        await using var app = new CountingApp { Answers = static (_, _) => false };
        await using var sidecar = await StartAsync(app, engine);

        Assert.Equal(502, (await SendAsync(sidecar, "GET", "/get")).Status);
        Assert.InRange(app.CountOf("/get"), 1, 4);
        Assert.Equal(502, (await SendAsync(sidecar, "POST", "/post")).Status);
        Assert.Equal(1, app.CountOf("/post"));
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Load_AppHangsUpOnIdleConnectionsAgainAndAgain_NothingIsLostAndNothingIsSentTwice(string engine)
    {
        await using var app = new CountingApp();
        await using var sidecar = await StartAsync(app, engine);
        var load = new RestartLoad(sidecar, clients: 8, requests: 60);

        var running = load.RunAsync();
        for (var i = 0; i < 25 && !running.IsCompleted; i++)
        {
            app.HangUpIdle();
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        var outcomes = await running;
        Assert.DoesNotContain(outcomes, static outcome => outcome is { Method: "GET", Status: not 200 });
        // A POST may have crossed the app's close: then the client is told so.
        Assert.DoesNotContain(outcomes, static outcome => outcome.Status is not (200 or 502));
        AssertOnceEach(app, outcomes);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Load_AppRestarts_EachRequestIsAnsweredAndNoPostIsSentTwice(string engine)
    {
        await using var app = new CountingApp();
        await using var sidecar = await StartAsync(app, engine);
        var load = new RestartLoad(sidecar, clients: 8, requests: 80);

        var running = load.RunAsync();
        for (var i = 0; i < 5 && !running.IsCompleted; i++)
        {
            await app.CloseAsync();
            await Task.Delay(40, TestContext.Current.CancellationToken);
            app.Open();
            await Task.Delay(80, TestContext.Current.CancellationToken);
        }

        var outcomes = await running;
        Assert.DoesNotContain(outcomes, static outcome => outcome.Status is not (200 or 502));
        AssertOnceEach(app, outcomes);
        Assert.Equal(200, (await SendAsync(sidecar, "POST", "/afterwards", "x")).Status);
    }

    private static void AssertOnceEach(CountingApp app, IReadOnlyCollection<LoadOutcome> outcomes)
    {
        Assert.DoesNotContain(app.Repeated, static target => target.StartsWith("/POST", StringComparison.Ordinal));
        Assert.DoesNotContain(outcomes, outcome => outcome.Status == 200 && app.CountOf(outcome.Target) == 0);
        Assert.Contains(outcomes, static outcome => outcome is { Method: "POST", Status: 200 });
    }

    private static Task<SidecarProcess> StartAsync(CountingApp app, string engine) => SidecarProcess.StartAsync(new SidecarLaunch { Upstream = app.Address }.With(engine));

    /// <summary>Leaves the sidecar with exactly one kept connection to the app.</summary>
    private static async Task WarmUpAsync(CountingApp app, SidecarProcess sidecar, string name)
    {
        app.Answers = static (_, _) => true;
        app.HangUpIdle();
        var before = app.Connections;
        await Eventually.TrueAsync(
            async () => (await SendAsync(sidecar, "GET", "/warm/" + name)).Status == 200 && app.Connections == before + 1,
            "a new connection to the app");
    }

    private static Task<RawResponse> SendAsync(SidecarProcess sidecar, string method, string target, string body = "") =>
        RawHttp.SendAsync(new(sidecar.BaseUrl, method, target) { Body = Encoding.ASCII.GetBytes(body) }, TestContext.Current.CancellationToken);

    /// <summary>Clients that each send one request after the other, of which every second is a POST.</summary>
    private sealed class RestartLoad(SidecarProcess sidecar, int clients, int requests)
    {
        public async Task<IReadOnlyCollection<LoadOutcome>> RunAsync() =>
            [.. (await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(() => ClientAsync(client))))).SelectMany(static outcomes => outcomes)];

        private async Task<List<LoadOutcome>> ClientAsync(int client)
        {
            var outcomes = new List<LoadOutcome>();
            for (var i = 0; i < requests; i++)
            {
                var method = i % 2 == 0 ? "GET" : "POST";
                var target = string.Create(CultureInfo.InvariantCulture, $"/{method}/{client}/{i}");
                outcomes.Add(new(method, target, (await SendAsync(sidecar, method, target, method == "POST" ? "body" : "")).Status));
            }

            return outcomes;
        }
    }

    private sealed record LoadOutcome(string Method, string Target, int Status);
}
