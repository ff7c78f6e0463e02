namespace Sidecar.Hosting;

/// <summary>Where links come from, with one set of settings: which server it is, and when another one is needed.</summary>
/// <param name="options">The settings.</param>
/// <param name="hurry">Called when it may be another server by now.</param>
internal sealed class RedisSource(RedisOptions options, Action hurry) : IAsyncDisposable
{
    private readonly RedisSentinels? _sentinels = options.Sentinel is { } sentinel ? new(options, sentinel, hurry) : null;

    public RedisOptions Options => options;

    /// <summary>The link there is, as long as it leads where it should, or a new one.</summary>
    /// <param name="current">The link there is.</param>
    /// <param name="isStale">Whether it leads to a server that no longer takes writes: the name may mean another by now.</param>
    /// <exception cref="StoreUnavailableException">No sentinel says who the master is.</exception>
    public async Task<RedisLink> FindAsync(RedisLink? current, bool isStale)
    {
        if (_sentinels is null)
        {
            return current is null || isStale ? await RedisLink.OpenAsync(options, null) : current;
        }

        var master = await _sentinels.MasterAsync();
        if (current is not null && (master is null || (!isStale && master.Equals(current.Master))))
        {
            // Sentinels that are gone take no master with them.
            return current;
        }

        return master is null
            ? throw new StoreUnavailableException($"no sentinel names a master called {options.Sentinel!.Master}")
            : await RedisLink.OpenAsync(options, master);
    }

    public ValueTask DisposeAsync() => _sentinels?.DisposeAsync() ?? ValueTask.CompletedTask;
}
