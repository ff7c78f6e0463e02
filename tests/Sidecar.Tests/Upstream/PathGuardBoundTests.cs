using System.Diagnostics;

namespace Sidecar.Tests.Upstream;

/// <summary>A path as long as the server takes must not hold a thread, however it is made.</summary>
public sealed class PathGuardBoundTests
{
    private const int Longest = 32 * 1024;

    private static readonly TimeSpan Bound = TimeSpan.FromMilliseconds(50);

    public static TheoryData<string, string> Hostile => new()
    {
        { "", "%" },
        { "", "%25" },
        { "%", "25" },
        { "/%2", "52" },
        { "/..%2f;#%", "25" },
        { "%25c0%25", "25" },
        { "", "/%2e%2e" },
        { "", "/x/.." },
        { "", "/..;" },
        { "", "/." },
        { "", "//" },
        { "", "\\" },
        { "", "/;a=b" },
        { "", "/%3B%23%3F" },
        { "", "/;#%3F%253F%25253F" },
        { "", "%c0%af" },
        { "", "%25c0%25af" },
        { "", "%F0%80%80%AF" },
        { "", "/a%252F..%5C;x%2f" },
        { "", "/forget%2525252525;x%23" },
        { "", "/password/../%2e/" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void TryMatch_LongestHostilePath_IsDecidedAtOnce(string start, string unit)
    {
        var path = "/forget/password" + start + string.Concat(Enumerable.Repeat(unit, (Longest - 40) / unit.Length));
        // The best of five: what the machine does beside this is not the guard's.
        var best = Enumerable.Range(0, 5).Min(_ => Time(path));

        Assert.True(best < Bound, $"{best.TotalMilliseconds} ms");
    }

    [Fact]
    public void TryMatch_LongHonestPath_IsForwarded() =>
        Assert.False(GuardedPaths.Guard.TryMatch("/files/forget/" + string.Concat(Enumerable.Repeat("some%20folder%2Fname/", 200)) + "notes.txt", out _));

    [Fact]
    public void TryMatch_EncodedTooOftenToTell_IsGuarded()
    {
        var path = "/v1/user/forget/otp";
        for (var i = 0; i < 600; i++)
        {
            path = path.Replace("otp", "%6Ftp", StringComparison.Ordinal).Replace("%", "%25", StringComparison.Ordinal);
            if (path.Length > 2000)
            {
                break;
            }
        }

        Assert.True(GuardedPaths.Guard.TryMatch(path, out _));
    }

    private static TimeSpan Time(string path)
    {
        var start = Stopwatch.GetTimestamp();
        GuardedPaths.Guard.TryMatch(path, out _);
        return Stopwatch.GetElapsedTime(start);
    }
}
