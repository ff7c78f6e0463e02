using CsCheck;
using Sidecar.Upstream;

namespace Sidecar.Tests.Upstream;

/// <summary>What the guard takes and leaves, judged by something slower and by itself without its shortcut.</summary>
public sealed class PathGuardOracleTests
{
    private static readonly string[] Pieces =
    [
        "v1", "user", "forget", "otp", "captcha", "api", "auth", "password", "forgot", "verify", "reset", "x", "Forget", "f%6Frget", "forgets",
        "/", "/", "/", "//", "/.", "/..", "\\", ";", ";a=b", "#", "%3F", "%2F", "%5C", "%2e", "%252e", "%25", "%", "%C0%AF", "%E0%80%AF", "%c0", "%80", "%20", "2", "F", "c",
    ];

    private static readonly Gen<string> Assembled = Gen.Int[0, Pieces.Length - 1].Array[0, 9].Select(static picks => "/" + string.Concat(picks.Select(static i => Pieces[i])));

    /// <summary>A guarded path with one character too many, too few or another.</summary>
    private static readonly Gen<string> NearMiss = Gen.Select(GuardedPaths.Disguised, Gen.Int[0, 200], Gen.Char[' ', '~'], Gen.Int[0, 2]).Select(static (path, at, letter, how) =>
    {
        at %= path.Length;
        return how switch
        {
            0 => path.Remove(at, 1),
            1 => path.Insert(at, letter.ToString()),
            _ => path[..at] + letter + path[(at + 1)..],
        };
    });

    [Fact]
    public void TryMatch_AssembledPath_IsGuardedOnlyWhereTheOracleAgrees() => Assembled.Sample(Agrees, iter: 4000);

    [Fact]
    public void TryMatch_NearMiss_IsGuardedOnlyWhereTheOracleAgrees() => NearMiss.Where(static path => path.StartsWith('/') && path.Length < 60).Sample(Agrees, iter: 1000);

    [Fact]
    public void TryMatch_RandomPath_IsNeverGuarded() =>
        Gen.String[Gen.Char[' ', '~'], 0, 60].Where(static text => !text.Contains("forg", StringComparison.OrdinalIgnoreCase)).Sample(static text => !GuardedPaths.Guard.TryMatch("/" + text, out _));

    /// <summary>The shortcut that saves most paths the search must never save one that is guarded.</summary>
    [Fact]
    public void TryMatch_Shortcut_LosesNothing() => Gen.OneOf(Assembled, NearMiss, GuardedPaths.Disguised).Sample(
        static path =>
        {
            var plain = RequestTarget.Path(path).ToString();
            return plain.Length == 0 || PathReadings.Of(plain)?.Any(static reading => GuardedPaths.All.Contains(reading, StringComparer.OrdinalIgnoreCase)) != true || GuardedPaths.Guard.TryMatch(path, out _);
        },
        iter: 5000);

    /// <summary>Decoding in one pass comes to what decoding again and again comes to.</summary>
    [Fact]
    public void FullyDecoded_AnyPath_HasNothingLeftToDecode() => Gen.OneOf(Assembled, NearMiss, Gen.String[Gen.Char["%0257CcFfEe\u00C0\u00E0\u0080\u00AF/"], 0, 24]).Sample(
        static path =>
        {
            var decoded = PathReadings.FullyDecoded(path);
            return decoded == PathReadings.FullyDecoded(decoded) && (PathReadings.Of(decoded) is not { } readings || readings.All(reading => PathReadings.FullyDecoded(reading) == reading));
        },
        iter: 5000);

    private static bool Agrees(string path)
    {
        var plain = RequestTarget.Path(path).ToString();
        return !GuardedPaths.Guard.TryMatch(path, out _) || PathOracle.MayRead(plain, GuardedPaths.All) != false;
    }
}
