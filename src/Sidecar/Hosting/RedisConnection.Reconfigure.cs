using StackExchange.Redis;

namespace Sidecar.Hosting;

/// <summary>Other credentials for the same Redis, while requests run.</summary>
internal sealed partial class RedisConnection
{
    /// <summary>Whether other credentials or certificates work, before anything else of the same change is used.</summary>
    /// <returns>Empty, or why they do not.</returns>
    public async Task<string> TryAsync(RedisOptions options, TimeSpan bound, CancellationToken cancellationToken = default)
    {
        var (source, link, why) = await OpenAsync(options, bound, cancellationToken);
        await (link?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (source?.DisposeAsync() ?? ValueTask.CompletedTask);
        return why;
    }

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

        var (source, link, why) = await OpenAsync(options, bound, cancellationToken);
        if (source is null || link is null)
        {
            return why;
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

    /// <summary>A link by other settings that is seen to work; nothing is changed yet.</summary>
    /// <returns>The link with its source, or why there is none.</returns>
    private async Task<(RedisSource? Source, RedisLink? Link, string Why)> OpenAsync(RedisOptions options, TimeSpan bound, CancellationToken cancellationToken)
    {
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
            return (null, null, e is StoreUnavailableException ? e.Message : why);
        }

        return (source, link, "");
    }
}
