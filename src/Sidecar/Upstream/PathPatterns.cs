using System.Buffers;

namespace Sidecar.Upstream;

/// <summary>
/// Which of a few patterns a target meets. As with <see cref="PathGuard{TRoute}"/>, any reading of the target counts, in
/// whatever case, so that another spelling of a path does not get around what is said of it.
/// </summary>
/// <param name="patterns">Paths in their plain spelling, or beginnings of paths with a <c>*</c> behind them.</param>
internal sealed class PathPatterns(IReadOnlyList<string> patterns)
{
    /// <summary>The longest segment of each pattern: a path that has none of them, however decoded, meets none.</summary>
    private readonly SearchValues<string> _words = SearchValues.Create(
        [.. patterns.Select(static pattern => pattern.TrimEnd('*').Split('/').MaxBy(static segment => segment.Length)!)],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>The indices of the patterns that the target meets.</summary>
    /// <param name="pathAndQuery">Path and query as sent.</param>
    public IEnumerable<int> Met(string pathAndQuery)
    {
        var path = RequestTarget.Path(pathAndQuery);
        if (!PathReadings.AreSeveral(path))
        {
            return Met([path.ToString()]);
        }

        var plain = path.ToString();
        if (!PathReadings.FullyDecoded(plain).AsSpan().ContainsAny(_words))
        {
            return [];
        }

        // With more readings than anybody's honest request has, it may be anything, and counts as all.
        return PathReadings.Of(plain) is { } readings ? Met(readings) : Enumerable.Range(0, patterns.Count);
    }

    private IEnumerable<int> Met(IReadOnlyCollection<string> readings) =>
        Enumerable.Range(0, patterns.Count).Where(i => readings.Any(reading => IsMet(patterns[i], reading)));

    private static bool IsMet(string pattern, string reading) => pattern.EndsWith('*')
        ? reading.AsSpan().StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.OrdinalIgnoreCase)
        : reading.Equals(pattern, StringComparison.OrdinalIgnoreCase);
}
