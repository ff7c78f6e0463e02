using System.Collections.Concurrent;
using Sidecar.Upstream;

namespace Sidecar.Demo.App;

/// <summary>Both ends of the handoff in one process: the sidecar grants, the app looks. A grant ends by itself, as the key in Redis does.</summary>
internal sealed class InProcessFlags(TimeProvider time) : IVerifiedFlags, IHandoff
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);

    public ValueTask GrantAsync(string key, CancellationToken cancellationToken)
    {
        _until[key] = time.GetUtcNow() + Lifetime;
        return ValueTask.CompletedTask;
    }

    public ValueTask RevokeAsync(string key, CancellationToken cancellationToken) => ClearAsync(key);

    public ValueTask<bool> IsVerifiedAsync(string email) =>
        ValueTask.FromResult(_until.TryGetValue(email, out var until) && time.GetUtcNow() < until);

    public ValueTask ClearAsync(string email)
    {
        _until.TryRemove(email, out _);
        return ValueTask.CompletedTask;
    }
}
