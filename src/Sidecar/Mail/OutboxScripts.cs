using Sidecar.Hosting;
using StackExchange.Redis;

namespace Sidecar.Mail;

/// <summary>
/// The steps of the shared queue, each one script. The scripts say what a step does; this type only carries values to and from
/// them, under the name of one owner: this process.
/// </summary>
internal sealed class OutboxScripts(RedisConnection redis, SidecarClock clock, TimeProvider time, TimeSpan lease)
{
    private static readonly RedisKey[] Keys =
        [.. new[] { "bodies", "facts", "waiting", "held", "owners", "names", "ages", "ends" }.Select(static name => (RedisKey)$"sidecar:{{outbox}}:{name}")];

    private static readonly RedisScript Add = Script("add");
    private static readonly RedisScript Claim = Script("claim");
    private static readonly RedisScript Renew = Script("renew");
    private static readonly RedisScript Settle = Script("settle");

    private readonly string _owner = Message.NewId();
    private readonly UnbrokenAnswers _answers = new(time);

    /// <summary>How long claims last without being renewed.</summary>
    public TimeSpan Lease => lease;

    /// <summary>Whether Redis has been seen to answer for a whole lease, so that whoever could renew a claim has had the time to.</summary>
    public bool HasAnsweredForALease => _answers.Lasted(lease);

    public async Task<AddedEntry> AddAsync(OutboxEntry entry, byte[] body, TimeSpan left, int capacity, bool isHeld)
    {
        using var operation = StoreOperation.Start("outbox_add");
        var delay = Milliseconds(isHeld ? TimeSpan.Zero : entry.Delay);
        var result = await AskAsync(
            Add, [Offset, _owner, entry.Id, body, Milliseconds(left), delay, entry.Supersedes, capacity, isHeld ? Milliseconds(lease) : 0]);
        var isAccepted = (int)result[0] == 1;
        operation.Ended(isAccepted ? "added" : "full");
        var state = State(result, 1);
        return isAccepted ? new(true, state, (string)result[3]!, (byte[])result[4]!) : new(false, state, "", []);
    }

    /// <param name="most">How many at most; zero only looks.</param>
    /// <param name="mayGo">Whether mails may go out; without, only those that have ended are taken, or were another's.</param>
    /// <param name="known">What this process knows it holds; the rest of what is held, whose lease is over, is taken. Null: none of it is.</param>
    public async Task<ClaimedEntries> ClaimAsync(int most, bool mayGo, ICollection<string>? known)
    {
        using var operation = StoreOperation.Start("outbox_claim");
        var result = await AskAsync(Claim, [Offset, _owner, Milliseconds(lease), most, mayGo ? 1 : 0, known is null ? 0 : 1, .. Values(known ?? [])]);
        var entries = new ClaimedEntry[result.Length - 3];
        for (var i = 0; i < entries.Length; i++)
        {
            var fields = result[i + 3];
            entries[i] = new((string)fields[0]!, (byte[])fields[1]!, Span(fields[2]), (int)fields[3], Span(fields[4]));
        }

        operation.Ended(entries.Length > 0 ? "claimed" : "none");
        return new(State(result, 0), (long)result[2] < 0 ? null : Span(result[2]), entries);
    }

    /// <summary>The ids that are not ours any more.</summary>
    public async Task<string[]> RenewAsync(IEnumerable<string> ids)
    {
        using var operation = StoreOperation.Start("outbox_renew");
        var lost = (string[])(await AskAsync(Renew, [Offset, _owner, Milliseconds(lease), .. Values(ids)]))!;
        operation.Ended(lost.Length > 0 ? "lost" : "renewed");
        return lost;
    }

    /// <param name="id">An entry of ours.</param>
    /// <param name="pause">How long it waits for another attempt; null when it is done with.</param>
    /// <param name="failures">Attempts that failed so far.</param>
    public async Task<SettleResult> SettleAsync(string id, TimeSpan? pause, int failures)
    {
        using var operation = StoreOperation.Start("outbox_settle");
        var result = (SettleResult)(int)await AskAsync(Settle, [Offset, _owner, id, pause is { } wait ? Milliseconds(wait) : -1, failures]);
        operation.Ended(result is SettleResult.Settled or SettleResult.Superseded ? "settled" : "lost");
        return result;
    }

    private async Task<RedisResult> AskAsync(RedisScript script, RedisValue[] values)
    {
        if (!redis.IsHealthy)
        {
            _answers.Broke();
        }

        try
        {
            var result = await redis.EvaluateAsync(script, Keys, values);
            _answers.Came();
            return result;
        }
        catch (StoreUnavailableException)
        {
            _answers.Broke();
            throw;
        }
    }

    private static IEnumerable<RedisValue> Values(IEnumerable<string> ids) => ids.Select(static id => (RedisValue)id);

    private RedisValue Offset => Milliseconds(clock.Offset);

    private static RedisScript Script(string name) => RedisScript.Embedded("Mail.Scripts.outbox.lua", $"Mail.Scripts.{name}.lua");

    private static QueueState State(RedisResult result, int at) => new((int)result[at], Span(result[at + 1]));

    private static TimeSpan Span(RedisResult milliseconds) => TimeSpan.FromMilliseconds((long)milliseconds);

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;
}

/// <summary>How full the queue is.</summary>
internal readonly record struct QueueState(int Length, TimeSpan Age);

/// <summary>What became of an addition, and what made way for it.</summary>
internal sealed record AddedEntry(bool IsAccepted, QueueState State, string SupersededId, byte[] SupersededBody);

/// <summary>Entries that are ours from now on, and when the next is due.</summary>
internal sealed record ClaimedEntries(QueueState State, TimeSpan? Next, IReadOnlyList<ClaimedEntry> Entries);

internal sealed record ClaimedEntry(string Id, byte[] Body, TimeSpan Left, int Failures, TimeSpan Age);

/// <summary>As <c>settle.lua</c> returns it.</summary>
internal enum SettleResult
{
    /// <summary>Nobody has it.</summary>
    Gone = -1,

    /// <summary>Somebody else holds it.</summary>
    Lost = 0,

    Settled = 1,

    /// <summary>It ended, because a newer entry of its name is there.</summary>
    Superseded = 2,
}
