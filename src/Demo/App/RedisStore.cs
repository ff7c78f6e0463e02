using StackExchange.Redis;

namespace Sidecar.Demo.App;

/// <summary>The app's own Redis.</summary>
internal sealed class RedisStore(IDatabase database) : IAppStore
{
    public async ValueTask<string?> GetAsync(string key) => await database.StringGetAsync(key);

    public async ValueTask SetAsync(string key, string value, TimeSpan lifetime) => await database.StringSetAsync(key, value, lifetime);

    public async ValueTask DeleteAsync(string key) => await database.KeyDeleteAsync(key);
}
