using Sidecar.Hosting;
using StackExchange.Redis;

namespace Sidecar.Upstream;

/// <summary>Writes RAGFlow's own flag into RAGFlow's own Redis, for as long as the app needs to look.</summary>
internal sealed class RedisHandoff(RedisConnection redis) : IHandoff
{
    private const string Prefix = "otp:verified:";

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private static readonly RedisScript Revoke = new("if redis.call('GET', KEYS[1]) == '1' then return redis.call('DEL', KEYS[1]) end return 0");

    public async ValueTask GrantAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            await redis.RunAsync(database => database.StringSetAsync(Prefix + key, "1", Lifetime), cancellationToken);
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
