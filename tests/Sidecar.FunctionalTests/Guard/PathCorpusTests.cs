using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Contracts;
using Sidecar.Demo;
using Sidecar.FunctionalTests.Forwarding;
using Sidecar.FunctionalTests.Hosting;
using Sidecar.Tests.Upstream;
using Sidecar.Upstream;

namespace Sidecar.FunctionalTests.Guard;

/// <summary>What the guard's own tests decide in process, here over the wire: the server before the guard could undo it all.</summary>
public sealed class PathCorpusTests(ForwardingWorld world)
{
    private const int Variants = 2_000;
    private const int Innocents = 3_000;
    private const int OneConnection = 100;
    private const int Seed = 20260201;

    private readonly PathGuard<FlowRoute> guard = new(RagflowRoutes.Guarded([]));

    [Fact]
    public async Task Corpus_OverTheWire_SpringsNoTrap()
    {
        var authority = world.Sidecar.BaseUrl.Authority;
        var wrong = new ConcurrentBag<string>();
        var ours = 0;
        await Parallel.ForEachAsync(
            new PathCorpus(GuardedPaths.Plain, Seed).Take(Variants).Select(target => target.Replace("://h/", $"://{authority}/", StringComparison.Ordinal)),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            async (target, cancellation) =>
            {
                var answer = await RawHttp.SendAsync(new(world.Sidecar.BaseUrl, "POST", target), cancellation);
                // 400 is the server's own word on targets that are none; it reaches nobody.
                var isOurs = answer.Value("X-Content-Type-Options") == "nosniff" && answer.Value("Cache-Control") == "no-store";
                Interlocked.Add(ref ours, isOurs ? 1 : 0);
                if (answer.Status != 400 && isOurs != guard.TryMatch(RequestTarget.PathAndQuery(target), out _))
                {
                    wrong.Add($"{answer.Status} {target}");
                }
            });

        Assert.Empty(wrong.Order().Take(20));
        Assert.Empty(world.App.TrapHits.Targets);
        Assert.InRange(ours, Variants / 2, Variants);
    }

    /// <summary>Two apps that look up whatever their server makes of a target. <c>SIDECAR_PATHS</c> says how many variants each is sent.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Corpus_BeforeAStrictOrALenientApp_ReachesNoRecoveryHandler(bool isStrict)
    {
        var reader = isStrict ? PathReader.Strict : PathReader.Lenient;
        var reached = new ConcurrentBag<string>();
        await using var app = await LoopbackSite.StartAsync(0, context =>
        {
            var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            if (GuardedPaths.Plain.Contains(reader.Read(target), StringComparer.Ordinal))
            {
                reached.Add(target);
            }

            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address, Settings = ["limits.client.mode=off"] });
        var count = int.TryParse(Environment.GetEnvironmentVariable("SIDECAR_PATHS"), CultureInfo.InvariantCulture, out var asked) ? asked : 1_000;
        var forwarded = 0;

        await Parallel.ForEachAsync(
            new PathCorpus(GuardedPaths.Plain, Seed).Take(count).Select(target => target.Replace("://h/", $"://{sidecar.BaseUrl.Authority}/", StringComparison.Ordinal)),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            async (target, cancellation) =>
                Interlocked.Add(ref forwarded, (await RawHttp.SendAsync(new(sidecar.BaseUrl, "POST", target), cancellation)).Status == 204 ? 1 : 0));

        Assert.Empty(reached.Order().Take(20));
        // The list holds paths that no server reads so: without them nothing would show that the app was there at all.
        Assert.InRange(forwarded, 1, count / 4);
    }

    [Fact]
    public async Task NearMisses_OverTheWire_ReachTheAppAsSent()
    {
        var arrived = new ConcurrentQueue<string>();
        await using var app = await LoopbackSite.StartAsync(0, context =>
        {
            arrived.Enqueue(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        });
        await using var sidecar = await SidecarProcess.StartAsync(new() { Upstream = app.Address });
        var sent = NearMisses.Take(GuardedPaths.Plain, Innocents, Seed);

        await Parallel.ForEachAsync(sent.Chunk(OneConnection), TestContext.Current.CancellationToken, async (batch, _) =>
        {
            await using var connection = await RawConnection.OpenAsync(sidecar.BaseUrl);
            await connection.SendAsync(string.Concat(batch.SkipLast(1).Select(static target => $"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n")));
            await connection.SendAsync($"GET {batch[^1]} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            await connection.ReadToEndAsync();
        });

        Assert.Equal(sent.Order(StringComparer.Ordinal), arrived.Order(StringComparer.Ordinal));
    }
}
