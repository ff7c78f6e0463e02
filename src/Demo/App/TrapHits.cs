using System.Collections.Concurrent;

namespace Sidecar.Demo.App;

/// <summary>The requests that reached the app's own recovery handlers, method and target as received.</summary>
internal sealed class TrapHits
{
    private readonly ConcurrentQueue<string> _targets = [];

    public int Count => _targets.Count;

    public IReadOnlyList<string> Targets => [.. _targets];

    public void Record(HttpContext context) => _targets.Enqueue($"{context.Request.Method} {RequestPath.RawTarget(context)}");

    public void Clear() => _targets.Clear();
}
