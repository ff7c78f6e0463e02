using Sidecar.Contracts;
using Sidecar.FunctionalTests.Guard;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Tests.Upstream;
using Sidecar.Upstream;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>What is the sidecar's stays the sidecar's on a connection that has just served plain requests, also once it became so while the connection was open.</summary>
public sealed class FastPathGuardTests
{
    private const int OneConnection = 50;
    private const int Variants = 1_000;
    private const int Seed = 20261123;

    [Fact]
    public async Task GuardedPath_AnyDisguiseBehindPlainRequests_IsNeverForwarded()
    {
        await using var app = KeptConnection.TellingApp();
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["limits.client.mode=off", "limits.captcha.mode=off"] });
        var guard = new PathGuard<FlowRoute>(RagflowRoutes.Guarded([]));
        var targets = GuardedPaths.Plain.SelectMany(path => GuardedPaths.Disguises(path, sidecar.BaseUrl.Authority))
            .Concat(new PathCorpus(GuardedPaths.Plain, Seed).Take(Variants).Select(target => target.Replace("://h/", $"://{sidecar.BaseUrl.Authority}/", StringComparison.Ordinal)))
            .ToList();

        await Parallel.ForEachAsync(targets.Chunk(OneConnection), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = TestContext.Current.CancellationToken }, async (batch, _) =>
        {
            var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);
            foreach (var target in batch)
            {
                // Twice, so that the connection is worth a loan again.
                Assert.Equal("/plain fast 0", (await client.AskAsync("GET /plain")).Body);
                Assert.Equal("/plain fast 0", (await client.AskAsync("GET /plain")).Body);
                var answer = await client.AskAsync("POST " + target, "", "{}");
                Assert.True(answer.Status == "400" || guard.TryMatch(RequestTarget.PathAndQuery(target), out var _) == (answer.Values("Told").Count == 0), $"{answer.Line} to {target}");
                if (answer.Values("Connection").Contains("close"))
                {
                    await client.DisposeAsync();
                    client = await KeptConnection.OpenAsync(sidecar.BaseUrl);
                }
            }

            await client.DisposeAsync();
        });

        Assert.DoesNotContain(app.Take(), request => guard.TryMatch(RequestTarget.PathAndQuery(request.Line.Split(' ')[1]), out var _));
    }

    [Fact]
    public async Task ForwardedLimit_SwitchedOnByAReload_HoldsOnOpenConnections()
    {
        await using var app = KeptConnection.TellingApp();
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["limits.client.mode=off"], Files = new Dictionary<string, string> { ["sidecar.yaml"] = "{}\n" } });
        await using var used = await KeptConnection.OpenAsync(sidecar.BaseUrl);
        await using var unused = await KeptConnection.OpenAsync(sidecar.BaseUrl);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("/login fast 0", (await used.AskAsync("GET /login")).Body);
        }

        await File.WriteAllTextAsync(Path.Combine(sidecar.ConfigurationDirectory, "sidecar.yaml"), "limits: { forwarded: [{ path: /login, permits: 2 }] }\n", TestContext.Current.CancellationToken);
        sidecar.HangUp();
        await Eventually.TrueAsync(() => sidecar.StandardOutput.Contains("limits.forwarded[0].path:  -> /login, in force", StringComparison.Ordinal), "the limit is in force");

        Assert.Equal("/login served 0", (await used.AskAsync("GET /login")).Body);
        Assert.Equal("/login served 0", (await unused.AskAsync("GET /login")).Body);
        Assert.Equal("429", (await used.AskAsync("GET /login")).Status);
        Assert.Equal("429", (await unused.AskAsync("GET /login")).Status);
        Assert.Equal(5, app.Take().Count);
    }

    /// <summary>A request that failed, and then was refused before anybody could be told, is over: the next one is asked like any other.</summary>
    [Fact]
    public async Task ForwardedLimit_RefusesWhatHasFailed_TheNextRequestIsNotToldOfIt()
    {
        var (asked, fail) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = new ScriptedApp(async (head, stream, cancellation) =>
        {
            for (; ; head = await KeptConnection.HeadAsync(stream, cancellation))
            {
                if (head.StartsWith("GET /login?fails ", StringComparison.Ordinal))
                {
                    asked.SetResult();
                    await fail.Task.WaitAsync(cancellation);
                    return;
                }

                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), cancellation);
            }
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["limits.client.mode=off"], Files = new Dictionary<string, string> { ["sidecar.yaml"] = "{}\n" } });
        await using var client = await KeptConnection.OpenAsync(sidecar.BaseUrl);
        await using var other = await KeptConnection.OpenAsync(sidecar.BaseUrl);
        await client.SendAsync(KeptConnection.Request("GET /login?fails"));
        await asked.Task.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(sidecar.ConfigurationDirectory, "sidecar.yaml"), "limits: { forwarded: [{ path: /login, permits: 1 }] }\n", TestContext.Current.CancellationToken);
        sidecar.HangUp();
        await Eventually.TrueAsync(() => sidecar.StandardOutput.Contains("limits.forwarded[0].path:  -> /login, in force", StringComparison.Ordinal), "the limit is in force");
        Assert.Equal("200", (await other.AskAsync("GET /login")).Status);

        fail.SetResult();

        Assert.Equal("429", (await client.AnswerAsync("GET")).Status);
        Assert.Equal("200", (await client.AskAsync("GET /next")).Status);
    }
}
