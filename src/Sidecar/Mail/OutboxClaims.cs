using System.Collections.Concurrent;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// What this process holds of the shared queue. Keeps the leases from ending, knows by its own clock how far each can be relied
/// on, and at the end leaves to others what it did not get to.
/// </summary>
internal sealed class OutboxClaims(OutboxScripts scripts, TimeProvider time) : IDisposable
{
    /// <summary>Beats within a lease: several may fail before it ends.</summary>
    private const int Beats = 5;

    private readonly ConcurrentDictionary<string, Claim> _claims = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _closed = new();
    private Task _heart = Task.CompletedTask;

    public int Count => _claims.Count;

    public ICollection<string> Ids => _claims.Keys;

    public void Start() => _heart = Task.Run(BeatAsync);

    /// <param name="job">The job of an entry that is ours.</param>
    /// <param name="asked">When Redis was asked for it: the lease does not end before it seems to from then.</param>
    public void Add(OutboxJob job, long asked)
    {
        var claim = new Claim(job, asked);
        job.IsOurs = () => IsSafe(claim);
        _claims[job.Entry.Id] = claim;
    }

    /// <summary>From here on it is known how the delivery ended, whether or not Redis hears it.</summary>
    public void Ends(OutboxJob job, TimeSpan? pause)
    {
        if (_claims.TryGetValue(job.Entry.Id, out var claim))
        {
            claim.Pause = pause;
        }
    }

    public void Remove(string id) => _claims.TryRemove(id, out _);

    /// <summary>Stops renewing, and lets others have the rest at once.</summary>
    public async Task CloseAsync()
    {
        await _closed.CancelAsync();
        await _heart;
        try
        {
            foreach (var (id, claim) in _claims)
            {
                await scripts.SettleAsync(id, claim.Pause, claim.Job.Failures);
            }
        }
        catch (StoreUnavailableException)
        {
            // The leases end by themselves.
        }
    }

    public void Dispose() => _closed.Dispose();

    /// <summary>Half a lease is left at least, for a relay to take the text and for us to say so before anybody else may send it.</summary>
    private bool IsSafe(Claim claim) => !claim.IsLost && time.GetElapsedTime(claim.Confirmed) < scripts.Lease / 2;

    private async Task BeatAsync()
    {
        while (!_closed.IsCancellationRequested)
        {
            await Task.Delay(scripts.Lease / Beats, time, _closed.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var claims = _claims.ToArray();
            if (claims.Length == 0 || _closed.IsCancellationRequested)
            {
                continue;
            }

            try
            {
                var asked = time.GetTimestamp();
                var lost = await scripts.RenewAsync(claims.Select(static claim => claim.Key));
                foreach (var (id, claim) in claims)
                {
                    claim.Renewed(asked, lost.Contains(id));
                }
            }
            catch (StoreUnavailableException)
            {
                // The leases go on for a while; for how long is asked before each mail goes out.
            }
        }
    }

    /// <param name="job">The job.</param>
    /// <param name="asked">When Redis was last asked and said it is ours.</param>
    private sealed class Claim(OutboxJob job, long asked)
    {
        private long _confirmed = asked;
        private volatile bool _lost;

        public OutboxJob Job { get; } = job;

        public long Confirmed => Interlocked.Read(ref _confirmed);

        public bool IsLost => _lost;

        /// <summary>How long the entry is to wait if it is let go now; null when its delivery has ended.</summary>
        public TimeSpan? Pause { get; set; } = TimeSpan.Zero;

        public void Renewed(long when, bool lost)
        {
            _lost = lost;
            Interlocked.Exchange(ref _confirmed, when);
        }
    }
}
