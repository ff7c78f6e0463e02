using System.Collections.Concurrent;
using Sidecar.Upstream;

namespace Sidecar.Demo.App;

/// <summary>Both ends of the handoff in one process: the sidecar grants, the app looks. A grant ends by itself, as the key in Redis does.</summary>
internal sealed class InProcessFlags(TimeProvider time) : IVerifiedFlags, IHandoff
{
    private const string Prefix = "otp:verified:";

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);

    public ValueTask GrantAsync(HandoffProof proof, CancellationToken cancellationToken)
    {
        _until[proof.Key] = time.GetUtcNow() + Lifetime;
        return ValueTask.CompletedTask;
    }

    public ValueTask RevokeAsync(HandoffProof proof, CancellationToken cancellationToken)
    {
        _until.TryRemove(proof.Key, out _);
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> IsVerifiedAsync(string email) =>
        ValueTask.FromResult(_until.TryGetValue(Prefix + email, out var until) && time.GetUtcNow() < until);

    public ValueTask ClearAsync(string email)
    {
        _until.TryRemove(Prefix + email, out _);
        return ValueTask.CompletedTask;
    }
}
