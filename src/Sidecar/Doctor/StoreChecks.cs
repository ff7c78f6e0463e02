using System.Globalization;
using Sidecar.Hosting;

namespace Sidecar.Doctor;

/// <summary>The Redis of our state and the app's: reachable, allowed to do what we do, on the same clock, and not throwing our keys away.</summary>
internal sealed class StoreChecks(Patient patient, CheckSheet sheet, IReadOnlyList<string> served)
{
    private static readonly TimeSpan NoticeableSkew = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan HarmfulSkew = TimeSpan.FromSeconds(30);

    /// <summary>Whether one server serves both, so that it is looked at once.</summary>
    private bool IsShared => patient.UsesRedis && patient.NeedsHandoff && ReferenceEquals(patient.Handoff, patient.Redis);

    private IReadOnlyList<RedisRights> HandoffRights => patient.HandsOverCodes(served) ? [RedisRights.Handoff, .. RedisRights.Codes] : [RedisRights.Handoff];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!patient.UsesRedis)
        {
            sheet.Add("store", "memory", Finding.Ok("state lives in this process: for one replica only, and lost at a restart"));
        }
        else if (patient.IsFaulty("redis", "store"))
        {
            sheet.Skip("store", "connection", "see the faults above");
        }
        else
        {
            await LookAsync(patient.Redis, "redis", isState: true, IsShared ? [RedisRights.State, .. HandoffRights] : [RedisRights.State], cancellationToken);
        }

        if (!IsShared && patient.NeedsHandoff)
        {
            await HandoffAsync(cancellationToken);
        }
    }

    private async Task HandoffAsync(CancellationToken cancellationToken)
    {
        var section = ReferenceEquals(patient.Handoff, patient.Redis) ? "redis" : "handoff.redis";
        if (!patient.Handoff.IsConfigured)
        {
            sheet.Skip("handoff", "connection", "the app's Redis is not configured, so no reset can be handed over");
        }
        else if (patient.IsFaulty(section))
        {
            sheet.Skip("handoff", "connection", "see the faults above");
        }
        else
        {
            await LookAsync(patient.Handoff, section, isState: false, HandoffRights, cancellationToken);
        }
    }

    private async Task LookAsync(RedisOptions options, string section, bool isState, IReadOnlyList<RedisRights> rights, CancellationToken cancellationToken)
    {
        var target = $"{section} {options.Place}";
        await using var redis = new RedisLook(options, section);
        // Far above what a command may take: the first one after a start waits for names and handshakes.
        var perCommand = options.Timeout < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : options.Timeout;
        if (!await sheet.TryAsync(target, "connection", RedisLook.ConnectLimit, redis.DialAsync, cancellationToken)
            || !await sheet.TryAsync(target, "login", RedisLook.ConnectLimit, redis.LogInAsync, cancellationToken))
        {
            string[] rest = [.. rights.Select(static one => one.Name), .. isState ? ["clock", "eviction", "persistence"] : new[] { "eviction" }];
            foreach (var name in rest)
            {
                sheet.Skip(target, name, "not connected");
            }

            return;
        }

        foreach (var one in rights)
        {
            await sheet.TryAsync(target, one.Name, perCommand * 5, _ => redis.TryRightsAsync(one), cancellationToken);
        }

        if (isState)
        {
            await sheet.TryAsync(target, "clock", perCommand, _ => ClockAsync(redis), cancellationToken);
        }

        await sheet.TryAsync(target, "eviction", perCommand, _ => EvictionAsync(redis, section), cancellationToken);
        if (isState)
        {
            await sheet.TryAsync(target, "persistence", perCommand, _ => PersistenceAsync(redis), cancellationToken);
        }
    }

    private async Task<Finding> ClockAsync(RedisLook redis)
    {
        var before = sheet.Time.GetUtcNow();
        var start = sheet.Time.GetTimestamp();
        var theirs = await redis.TimeAsync();
        var skew = theirs - before - (sheet.Time.GetElapsedTime(start) / 2);
        var text = string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(skew.TotalSeconds):0.0} s {(skew > TimeSpan.Zero ? "ahead of" : "behind")} this machine");
        const string Hint = "let both machines follow a time server (NTP): codes and captchas end by these clocks";
        return (skew.Duration() < NoticeableSkew ? Finding.Ok(skew.Duration() < TimeSpan.FromSeconds(0.1) ? "the same as this machine's" : text)
            : skew.Duration() < HarmfulSkew ? Finding.Warn(text, Hint)
            : Finding.Fail(text, Hint)) with { Data = [("skew_seconds", Math.Round(skew.TotalSeconds, 3))] };
    }

    private static async Task<Finding> EvictionAsync(RedisLook redis, string section)
    {
        var memory = await redis.InfoAsync("memory");
        if (!memory.TryGetValue("maxmemory_policy", out var policy))
        {
            return Unknown("eviction policy");
        }

        var bound = memory.GetValueOrDefault("maxmemory", "0");
        IReadOnlyList<(string, object)> data = [("policy", policy), ("maxmemory", bound)];
        return policy == "noeviction"
            ? Finding.Ok("noeviction") with { Data = data }
            : Finding.Warn(
                bound == "0" ? $"{policy}, harmless as long as maxmemory is not set" : $"{policy}: when memory runs out, Redis throws away live codes, locks and limits",
                section == "redis"
                    ? "run `CONFIG SET maxmemory-policy noeviction` (and put it in redis.conf), or give the sidecar a Redis of its own in redis.* and the app's in handoff.redis.*"
                    : "a handed-over reset may get lost when memory runs out: nothing worse, the user starts again") with { Data = data };
    }

    private static async Task<Finding> PersistenceAsync(RedisLook redis)
    {
        var persistence = await redis.InfoAsync("persistence");
        if (!persistence.TryGetValue("aof_enabled", out var enabled))
        {
            return Unknown("persistence");
        }

        return enabled == "1"
            ? Finding.Ok("append-only file on: codes and waiting mail survive a restart of Redis")
            : Finding.Warn("no append-only file: codes and waiting mail are lost when Redis restarts", "run `CONFIG SET appendonly yes` (and put it in redis.conf), or accept that users ask for a new code then");
    }

    private static Finding Unknown(string what) =>
        Finding.Warn($"{what} unknown: Redis does not tell (INFO)", "allow +info to the user, or see to it that it is noeviction with appendonly yes");
}
