using Sidecar.Hosting;
using StackExchange.Redis;

namespace Sidecar.Upstream;

/// <summary>Writes what RAGFlow would have written itself into RAGFlow's own Redis, for as long as the app needs to look.</summary>
internal sealed class RedisHandoff(RedisConnection redis) : IHandoff
{
    /// <summary>What a probe may touch there.</summary>
    public const string ProbeKey = "otp:verified:sidecar-check";

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    /// <summary>A script, because the client library says SETEX where SET is what the user is allowed.</summary>
    private static readonly RedisScript Grant = new("if KEYS[2] then redis.call('DEL', KEYS[2]) end return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])");

    private static readonly RedisScript Revoke = new("if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0");

    public async ValueTask GrantAsync(HandoffProof proof, CancellationToken cancellationToken)
    {
        try
        {
            await redis.EvaluateAsync(Grant, proof.Obstacle is { } obstacle ? [proof.Key, obstacle] : [proof.Key], [proof.Value, (long)Lifetime.TotalMilliseconds], cancellationToken);
        }
        catch (StoreUnavailableException error)
        {
            throw new HandoffUnavailableException(error.Message, error);
        }
    }

    public async ValueTask RevokeAsync(HandoffProof proof, CancellationToken cancellationToken)
    {
        try
        {
            await redis.EvaluateAsync(Revoke, [proof.Key], [proof.Value], cancellationToken);
        }
        catch (StoreUnavailableException error)
        {
            throw new HandoffUnavailableException(error.Message, error);
        }
    }
}
