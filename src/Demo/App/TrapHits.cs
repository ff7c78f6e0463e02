using System.Collections.Concurrent;

namespace Sidecar.Demo.App;

/// <summary>
/// The requests that reached the app's own recovery handlers, or would have by way of a server in between that reads targets more
/// leniently: method and target as received.
/// </summary>
/// <param name="paths">Where those handlers live.</param>
internal sealed class TrapHits(IEnumerable<string> paths)
{
    private readonly HashSet<string> _paths = new(paths, StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _targets = [];

    public int Count => _targets.Count;

    public IReadOnlyList<string> Targets => [.. _targets];

    public void Look(HttpContext context)
    {
        var target = RequestPath.RawTarget(context);
        if (_paths.Contains(RequestPath.Match(target)))
        {
            _targets.Enqueue($"{context.Request.Method} {target}");
        }
    }

    public void Clear() => _targets.Clear();
}
