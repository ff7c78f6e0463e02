using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Sidecar.Upstream;

namespace Sidecar.Pages;

/// <summary>
/// The paths of the pages and what answers there. Only the plain spelling counts: behind another one is whatever the app has
/// there, which holds nothing that must be guarded.
/// </summary>
internal sealed class PageRoutes
{
    private readonly FrozenDictionary<string, RequestDelegate>.AlternateLookup<ReadOnlySpan<char>> _routes;

    public PageRoutes(IEnumerable<KeyValuePair<string, RequestDelegate>> routes) =>
        _routes = routes.ToFrozenDictionary(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>What answers a target; null when it is not one of ours.</summary>
    /// <param name="pathAndQuery">Path and query as sent.</param>
    public RequestDelegate? Find(ReadOnlySpan<char> pathAndQuery) =>
        _routes.TryGetValue(RequestTarget.Path(pathAndQuery), out var route) ? route : null;
}
