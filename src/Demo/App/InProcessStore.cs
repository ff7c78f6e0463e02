using System.Collections.Concurrent;

namespace Sidecar.Demo.App;

/// <summary>The app's Redis without a Redis.</summary>
internal sealed class InProcessStore(TimeProvider time) : IAppStore
{
    private readonly ConcurrentDictionary<string, (string Value, DateTimeOffset Until)> _entries = new(StringComparer.Ordinal);

    public ValueTask<string?> GetAsync(string key) =>
        ValueTask.FromResult(_entries.TryGetValue(key, out var entry) && time.GetUtcNow() < entry.Until ? entry.Value : null);

    public ValueTask SetAsync(string key, string value, TimeSpan lifetime)
    {
        _entries[key] = (value, time.GetUtcNow() + lifetime);
        return ValueTask.CompletedTask;
    }

    public ValueTask DeleteAsync(string key)
    {
        _entries.TryRemove(key, out _);
        return ValueTask.CompletedTask;
    }
}
