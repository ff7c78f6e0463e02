using StackExchange.Redis;

namespace Sidecar.Hosting;

/// <summary>Other credentials for the same Redis, while requests run.</summary>
internal sealed partial class RedisConnection
{
    /// <summary>
    /// Goes over to other credentials or certificates for the same Redis, once they are seen to work; until then, and when they do
    /// not within <paramref name="bound"/>, everything stays as it was. Requests notice nothing.
    /// </summary>
    /// <returns>Empty, or why the old ones stay.</returns>
    public async Task<string> ReconfigureAsync(RedisOptions options, TimeSpan bound, CancellationToken cancellationToken = default)
    {
        if (options.Place != Options.Place)
        {
            return $"another Redis ({options.Place}) takes a restart: its state is not this one's";
        }

        var source = new RedisSource(options, Hurry);
        RedisLink? link = null;
        var why = "no answer in time";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        limit.CancelAfter(bound);
        try
        {
            // The library gives up a login that was refused; a new link tries it again.
            link = await source.FindAsync(null, isStale: false);
            while (true)
            {
                try
                {
                    await RedisLogin.TryAsync(link.Database, options).WaitAsync(limit.Token);
                    await link.ProbeAsync(_probeKey, limit.Token);
                    break;
                }
                catch (Exception e) when (e is RedisException or TimeoutException)
                {
                    why = RedisTrouble.Words(e);
                    await Task.Delay(LeastInterval, limit.Token);
                }
            }
        }
        catch (Exception e) when (e is RedisException or TimeoutException or OperationCanceledException or StoreUnavailableException)
        {
            await (link?.DisposeAsync() ?? ValueTask.CompletedTask);
            await source.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            return e is StoreUnavailableException ? e.Message : why;
        }

        RedisSource old;
        lock (_turn)
        {
            old = _source;
            _source = source;
            Replace(link);
        }

        await old.DisposeAsync();
        Hurry();
        return "";
    }
}
