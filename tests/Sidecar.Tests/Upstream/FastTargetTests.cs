using CsCheck;
using Sidecar.Tests.Fuzz;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

/// <summary>The attacker's list, below the server: whatever goes on without it means a recovery path to no app.</summary>
public sealed class FastTargetTests
{
    private const int Variants = 20_000;
    private const int Seed = 20261123;

    [Fact]
    public void Read_AnySpellingOfARecoveryPath_IsNeverPlain()
    {
        var plain = 0;
        foreach (var target in new PathCorpus(GuardedPaths.All, Seed).Take(Variants))
        {
            if (Read(target) == FastVerdict.Plain)
            {
                FastProperties.CheckTarget(target);
                plain++;
            }
        }

        // Some of the list means no such path to anybody: without them nothing would show that any target is plain.
        Assert.InRange(plain, 1, Variants / 10);
        GuardedPaths.Disguised.Sample(static target => Read(target) is FastVerdict.Lent && Read(target + "?a=%2F../x") is FastVerdict.Lent, iter: 3000);
    }

    [Fact]
    public void Read_NearMiss_IsPlainWhereItIsSpelledAsUsual()
    {
        var targets = NearMisses.Take(GuardedPaths.All, Variants, Seed);

        Assert.All(targets, static target => Assert.Equal(target.Contains('#', StringComparison.Ordinal) ? FastVerdict.Lent : FastVerdict.Plain, Read(target)));
    }

    private static FastVerdict Read(string target) => new FastReading().Read($"POST {target} HTTP/1.1\r\nHost: a\r\n\r\n");
}
