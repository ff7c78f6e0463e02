using System.Collections.Concurrent;
using Sidecar.FunctionalTests.Forwarding;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Guard;

/// <summary>Behind each recovery path the app has a handler with holes: no spelling and no method may reach one, and nothing else may suffer for it.</summary>
public sealed class PathGuardTests(ForwardingWorld world)
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "FOO", "post"];

    public static TheoryData<string> Paths { get; } = [.. GuardedPaths.Plain];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Guarded_InEveryDisguise_IsAnsweredHere(string path)
    {
        var passed = new ConcurrentBag<string>();
        var targets = GuardedPaths.Disguises(path, world.Sidecar.BaseUrl.Authority).Distinct().ToList();
        await Parallel.ForEachAsync(
            from target in targets from method in Methods select (method, target),
            new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            async (request, cancellation) =>
            {
                var answer = await RawHttp.SendAsync(new(world.Sidecar.BaseUrl, request.method, request.target), cancellation);
                if (!IsOurs(answer))
                {
                    passed.Add($"{request.method} {request.target}: {answer.Status}");
                }
            });

        Assert.Empty(passed.Order());
        Assert.Empty(world.App.TrapHits.Targets);
    }

    /// <summary>400 is the server's own word on targets that are none; it reaches nobody.</summary>
    private static bool IsOurs(RawResponse answer) =>
        answer.Status == 400 || (answer.Value("X-Content-Type-Options") == "nosniff" && answer.Value("Cache-Control") == "no-store");
}
