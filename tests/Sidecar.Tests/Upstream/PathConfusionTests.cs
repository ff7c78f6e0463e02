using System.Collections.Concurrent;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

/// <summary>The attacker's list against the guard and every server that may stand behind it.</summary>
public sealed class PathConfusionTests
{
    private const int Variants = 105_000;
    private const int Innocents = 12_000;
    private const int Seed = 20260131;

    private static readonly HashSet<string> Guarded = new(GuardedPaths.All, StringComparer.Ordinal);

    [Fact]
    public void Corpus_OnAnyServer_ReachesNoRecoveryHandler()
    {
        var corpus = new PathCorpus(GuardedPaths.All, Seed).Take(Variants);
        var reached = new ConcurrentBag<string>();
        int passed = 0, strict = 0, lenient = 0;
        Parallel.ForEach(corpus, target =>
        {
            // Whether the list is worth its length is seen below: most of it must mean something to somebody.
            Interlocked.Add(ref strict, Guarded.Contains(PathReader.Strict.Read(target)) ? 1 : 0);
            Interlocked.Add(ref lenient, Guarded.Contains(PathReader.Lenient.Read(target)) ? 1 : 0);
            if (!GuardedPaths.Guard.TryMatch(RequestTarget.PathAndQuery(target), out _))
            {
                Interlocked.Increment(ref passed);
                foreach (var reader in PathReader.All.Where(reader => Guarded.Contains(reader.Read(target))))
                {
                    reached.Add($"{target} by {reader}");
                }
            }
        });

        TestContext.Current.TestOutputHelper?.WriteLine($"{corpus.Count} variants: {strict} read as a recovery path by the strict app, {lenient} by the lenient one, {passed} passed on");
        Assert.True(reached.IsEmpty, string.Join('\n', reached.Order().Take(20)));
        Assert.InRange(strict, Variants / 300, Variants);
        Assert.InRange(lenient, Variants * 3 / 4, Variants);
        Assert.InRange(passed, 1, Variants / 4);
    }

    [Fact]
    public void Innocent_NearMiss_IsNeitherGuardedNorChanged()
    {
        var innocents = NearMisses.Take(GuardedPaths.All, Innocents, Seed);

        Assert.Empty(innocents.Where(static target => GuardedPaths.Guard.TryMatch(target, out _)).Take(20));
        Assert.All(innocents, static target => Assert.Same(target, RequestTarget.PathAndQuery(target)));
    }
}
