namespace Sidecar.Hosting;

/// <summary>
/// One <c>WAIT</c> at a time to a server: it holds up all that is behind it on the connection, and vouches for all that is
/// before it. Many at once would hold each other up until everything on that connection counts as lost.
/// </summary>
/// <param name="send">Sends one; returns how many replicas have what was written before.</param>
internal sealed class RedisReplicaWait(Func<Task<long>> send)
{
    private readonly Lock _turn = new();
    private Task<long>? _running;
    private Task<long>? _next;

    /// <summary>How many replicas have what was answered before this call.</summary>
    public Task<long> AskAsync()
    {
        lock (_turn)
        {
            return _next ?? (_running is null or { IsCompleted: true } ? _running = send() : _next = AfterAsync(_running));
        }
    }

    private async Task<long> AfterAsync(Task before)
    {
        // Never at once: one that was sent before it stands in _next would stay there, and vouch for what comes later.
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        Task<long> mine;
        lock (_turn)
        {
            (_next, mine) = (null, send());
            _running = mine;
        }

        return await mine;
    }
}
