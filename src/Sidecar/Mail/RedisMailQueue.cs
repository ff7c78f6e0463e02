using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Sidecar.Hosting;

namespace Sidecar.Mail;

/// <summary>
/// The queue that all replicas share. Claims entries for as many slots as are free, keeps its claims alive, and does not forget
/// how a delivery ended until Redis knows.
/// </summary>
internal sealed partial class RedisMailQueue : IMailQueue
{
    /// <summary>How soon an entry that another replica added is seen.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    /// <summary>How soon Redis is asked again after it did not answer.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);

    private const int MostRemembered = 1000;

    private readonly Channel<OutboxJob> _ready = Channel.CreateUnbounded<OutboxJob>();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _drain = new();
    private readonly MailOptions _options;
    private readonly OutboxScripts _scripts;
    private readonly OutboxSeal _seal;
    private readonly TimeProvider _time;
    private readonly ILogger<RedisMailQueue> _logger;
    private readonly Func<string, bool> _knows;
    private readonly OutboxClaims _held;
    /// <summary>What was left to others already, so that the log says it once. The pump's alone.</summary>
    private readonly HashSet<string> _passedOn = new(StringComparer.Ordinal);
    private volatile Seen? _seen;
    private Task _pump = Task.CompletedTask;

    /// <param name="options">Capacity and slots.</param>
    /// <param name="scripts">The shared queue.</param>
    /// <param name="seal">Opens what lies there.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of what cannot be read.</param>
    /// <param name="knows">Whether an entry of this kind can be sent from here; a newer release may have others.</param>
    public RedisMailQueue(MailOptions options, OutboxScripts scripts, OutboxSeal seal, TimeProvider time, ILogger<RedisMailQueue> logger, Func<string, bool> knows)
    {
        (_options, _scripts, _seal, _time, _logger, _knows) = (options, scripts, seal, time, logger, knows);
        _held = new OutboxClaims(scripts, time);
    }

    public int Length => _seen?.State.Length ?? 0;

    public TimeSpan Age => _seen is { State.Length: > 0 } seen ? seen.State.Age + _time.GetElapsedTime(seen.At) : TimeSpan.Zero;

    public void Start(Func<bool> canDeliver)
    {
        _pump = Task.Run(() => PumpAsync(canDeliver));
        _held.Start();
    }

    public async ValueTask<Addition> AddAsync(OutboxJob job)
    {
        if (job.IsAwaited && _drain.IsCancellationRequested)
        {
            // The slots are about to end. What nobody waits for is kept for other replicas, or for the next start.
            return new(false);
        }

        var asked = _time.GetTimestamp();
        var entry = job.Entry;
        var added = await _scripts.AddAsync(entry, _seal.Seal(entry), entry.Expires - _time.GetUtcNow(), _options.QueueCapacity, job.IsAwaited);
        See(added.State);
        if (added.IsAccepted && job.IsAwaited)
        {
            HandOut(job, asked);
        }

        Hurry();
        var superseded = added.SupersededId.Length > 0 && _seal.TryOpen(added.SupersededId, added.SupersededBody, _time.GetUtcNow(), out var old) ? old : null;
        return new(added.IsAccepted, superseded);
    }

    public ValueTask<OutboxJob> TakeAsync(CancellationToken cancellationToken) => _ready.Reader.ReadAsync(cancellationToken);

    public async ValueTask<bool> RemoveAsync(OutboxJob job, CancellationToken cancellationToken) =>
        await SettleAsync(job, null, cancellationToken) == SettleResult.Settled;

    public async ValueTask<DeliveryOutcome?> PutBackAsync(OutboxJob job, TimeSpan pause, CancellationToken cancellationToken) =>
        await SettleAsync(job, pause, cancellationToken) == SettleResult.Superseded ? DeliveryOutcome.Superseded : null;

    public void Hurry() => _wake.Writer.TryWrite(true);

    public async Task DrainAsync()
    {
        await _drain.CancelAsync();
        // A claim under way may still bring some.
        await _pump;
        if (_held.Count == 0)
        {
            _empty.TrySetResult();
        }

        await _empty.Task;
    }

    public async ValueTask<IReadOnlyList<OutboxJob>> CloseAsync()
    {
        await _held.CloseAsync();
        return [];
    }

    public void Dispose()
    {
        _drain.Dispose();
        _held.Dispose();
    }

    private async Task PumpAsync(Func<bool> canDeliver)
    {
        while (!_drain.IsCancellationRequested)
        {
            var wait = await ClaimAsync(canDeliver());
            using var bound = CancellationTokenSource.CreateLinkedTokenSource(_drain.Token);
            bound.CancelAfter(wait);
            try
            {
                await _wake.Reader.ReadAsync(bound.Token);
            }
            catch (OperationCanceledException)
            {
                // Time to look again, or the end.
            }
        }
    }

    /// <summary>Claims for free slots, and says when to look again if nothing happens.</summary>
    private async Task<TimeSpan> ClaimAsync(bool mayGo)
    {
        var free = Math.Max(0, _options.Concurrency - _held.Count);
        var asked = _time.GetTimestamp();
        try
        {
            // What is known here is not to be taken from ourselves, however late our renewals are.
            var known = _scripts.HasAnsweredForALease ? _held.Ids : null;
            var claimed = await _scripts.ClaimAsync(free, mayGo, known);
            See(claimed.State);
            var unreadable = claimed.Entries.Where(found => !HandOut(found, asked)).ToList();
            foreach (var found in unreadable)
            {
                await PassOnAsync(found);
            }

            if (unreadable.Count > 0)
            {
                // They took slots that others may need.
                return TimeSpan.FromMilliseconds(1);
            }

            return free > claimed.Entries.Count && claimed.Next < Poll ? claimed.Next.Value + TimeSpan.FromMilliseconds(1) : Poll;
        }
        catch (StoreUnavailableException)
        {
            return AskAgain;
        }
    }

    /// <summary>
    /// While a key is brought in or taken out, replicas have different rings, and during an upgrade different releases: what this one cannot read may be somebody's to send
    /// until it ends. It comes up the less often the longer nobody could, so that it holds little up.
    /// </summary>
    private async Task PassOnAsync(ClaimedEntry found)
    {
        if (found.Left <= TimeSpan.Zero)
        {
            _passedOn.Remove(found.Id);
            await _scripts.SettleAsync(found.Id, null, found.Failures);
            Log.Dropped(_logger);
            return;
        }

        await _scripts.SettleAsync(found.Id, TimeSpan.FromTicks(Math.Max(found.Age.Ticks / 2, Poll.Ticks)), found.Failures);
        if (_passedOn.Count >= MostRemembered)
        {
            _passedOn.Clear();
        }

        if (_passedOn.Add(found.Id))
        {
            Log.Unreadable(_logger);
        }
    }

    private bool HandOut(ClaimedEntry found, long asked)
    {
        var now = _time.GetUtcNow();
        // Counted from before the question, so that it is never later than Redis means it.
        if (!_seal.TryOpen(found.Id, found.Body, now - _time.GetElapsedTime(asked) + found.Left, out var entry) || !_knows(entry.Kind))
        {
            return false;
        }

        HandOut(new OutboxJob(entry, now - found.Age) { Failures = found.Failures }, asked);
        return true;
    }

    private void HandOut(OutboxJob job, long asked)
    {
        _held.Add(job, asked);
        _ready.Writer.TryWrite(job);
    }

    /// <summary>Tells Redis how a delivery ended, as often as it takes: whoever sent a mail must be heard before others may take it for unsent.</summary>
    private async Task<SettleResult> SettleAsync(OutboxJob job, TimeSpan? pause, CancellationToken cancellationToken)
    {
        _held.Ends(job, pause);
        var isUncertain = false;
        while (true)
        {
            try
            {
                var result = await _scripts.SettleAsync(job.Entry.Id, pause, job.Failures);
                Release(job.Entry.Id);
                // Asked before without hearing the answer, it was done then.
                return isUncertain && result == SettleResult.Gone ? SettleResult.Settled : result;
            }
            catch (StoreUnavailableException)
            {
                isUncertain = true;
                await Task.Delay(AskAgain, _time, cancellationToken);
            }
        }
    }

    private void Release(string id)
    {
        _held.Remove(id);
        if (_drain.IsCancellationRequested && _held.Count == 0)
        {
            _empty.TrySetResult();
        }

        Hurry();
    }

    private void See(QueueState state) => _seen = new(state, _time.GetTimestamp());

    private sealed record Seen(QueueState State, long At);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A queued mail cannot be read here and is left to replicas that can: its key is not in this one's ring, it is another release's, or it is not ours")]
        public static partial void Unreadable(ILogger logger);

        [LoggerMessage(Level = LogLevel.Error, Message = "A queued mail ended that could not be read here, and is dropped: its key left the ring, it is another release's, or it is not ours")]
        public static partial void Dropped(ILogger logger);
    }
}
