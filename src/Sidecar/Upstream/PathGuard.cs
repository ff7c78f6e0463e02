using System.Buffers;
using System.Collections.Frozen;

namespace Sidecar.Upstream;

/// <summary>What a guarded path is to its owner.</summary>
/// <typeparam name="TRoute">What the owner of the paths keeps for each.</typeparam>
/// <param name="Route">The route; null when the target reads as more than one, and so as none in particular.</param>
/// <param name="Path">The route's own path, whichever spelling was sent; null with the route.</param>
internal readonly record struct GuardedPath<TRoute>(TRoute? Route, string? Path)
    where TRoute : class;

/// <summary>
/// The one place that decides whether a target is guarded: it is when any reading of it (<see cref="PathReadings"/>) is a
/// guarded path, in whatever case. An ordinary target is decided by one look-up.
/// </summary>
internal sealed class PathGuard<TRoute>
    where TRoute : class
{
    private readonly FrozenDictionary<string, GuardedPath<TRoute>> _routes;
    private readonly FrozenDictionary<string, GuardedPath<TRoute>>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly SearchValues<string> _words;

    /// <param name="routes">Guarded paths in their plain spelling, each starting with a slash and not ending in one.</param>
    public PathGuard(IEnumerable<KeyValuePair<string, TRoute>> routes)
    {
        _routes = routes.ToFrozenDictionary(static entry => entry.Key, static entry => new GuardedPath<TRoute>(entry.Value, entry.Key), StringComparer.OrdinalIgnoreCase);
        _lookup = _routes.GetAlternateLookup<ReadOnlySpan<char>>();
        _words = SearchValues.Create(
            [.. _routes.Keys.Select(static path => path.Split('/').MaxBy(static segment => segment.Length)!)],
            StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Whether the target is guarded, and as what.</summary>
    /// <param name="pathAndQuery">Path and query as sent.</param>
    /// <param name="guarded">The route and its path.</param>
    public bool TryMatch(ReadOnlySpan<char> pathAndQuery, out GuardedPath<TRoute> guarded)
    {
        var path = RequestTarget.Path(pathAndQuery);
        return _lookup.TryGetValue(path, out guarded)
            || (PathReadings.AreSeveral(path) && TryMatchReadings(path.ToString(), out guarded));
    }

    private bool TryMatchReadings(string path, out GuardedPath<TRoute> guarded)
    {
        guarded = default;
        if (!PathReadings.FullyDecoded(path).AsSpan().ContainsAny(_words))
        {
            return false;
        }

        if (PathReadings.Of(path) is not { } readings)
        {
            return true;
        }

        var found = false;
        foreach (var reading in readings)
        {
            if (!_routes.TryGetValue(reading, out var match))
            {
                continue;
            }

            if (found && match != guarded)
            {
                guarded = default;
                return true;
            }

            found = true;
            guarded = match;
        }

        return found;
    }
}
