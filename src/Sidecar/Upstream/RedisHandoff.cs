using Sidecar.Hosting;
using StackExchange.Redis;

namespace Sidecar.Upstream;

/// <summary>Writes RAGFlow's own flag into RAGFlow's own Redis, for as long as the app needs to look.</summary>
internal sealed class RedisHandoff(RedisConnection redis) : IHandoff
{
    /// <summary>What a probe may touch there.</summary>
    public const string ProbeKey = Prefix + "sidecar-check";

    private const string Prefix = "otp:verified:";

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    /// <summary>A script, because the client library says SETEX where SET is what the user is allowed.</summary>
    private static readonly RedisScript Grant = new("return redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])");

    private static readonly RedisScript Revoke = new("if redis.call('GET', KEYS[1]) == '1' then return redis.call('DEL', KEYS[1]) end return 0");

    public async ValueTask GrantAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await redis.EvaluateAsync(Grant, [Prefix + key], [(long)Lifetime.TotalMilliseconds], cancellationToken);
        }
        catch (StoreUnavailableException error)
        {
            throw new HandoffUnavailableException(error.Message, error);
        }
    }

    public async ValueTask RevokeAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await redis.EvaluateAsync(Revoke, [Prefix + key], [], cancellationToken);
        }
        catch (StoreUnavailableException error)
        {
            throw new HandoffUnavailableException(error.Message, error);
        }
    }
}
