namespace Sidecar.Doctor;

/// <summary>What is run in a Redis, as harmless calls on a scratch key. A test holds the list against the scripts.</summary>
/// <param name="Name">The line of the list.</param>
/// <param name="Key">The scratch key; it lives for a second.</param>
/// <param name="Pattern">What an ACL must allow.</param>
/// <param name="Calls">Each command with its arguments behind the key; in an order in which each of them works.</param>
internal sealed record RedisRights(string Name, string Key, string Pattern, IReadOnlyList<(string Command, string[] Arguments)> Calls)
{
    /// <summary>Those that take no key.</summary>
    public static IReadOnlyList<string> Keyless { get; } = ["TIME"];

    public static RedisRights State { get; } = new(
        "rights",
        "sidecar:{check}:scratch",
        "~sidecar:*",
        [
            ("SET", ["1", "PX", "1000"]), ("GET", []), ("EXISTS", []), ("PTTL", []), ("DEL", []),
            ("HSET", ["f", "1"]), ("PEXPIRE", ["1000"]), ("HGET", ["f"]), ("HMGET", ["f", "g"]), ("HGETALL", []), ("HINCRBY", ["f", "1"]), ("HLEN", []), ("HEXISTS", ["f"]),
            // Takes the hash away, so that the key is free for another type.
            ("HDEL", ["f"]),
            ("ZADD", ["1", "m"]), ("ZSCORE", ["m"]), ("ZRANGE", ["0", "0"]), ("ZRANGEBYSCORE", ["-inf", "1"]), ("ZREM", ["m"]),
            ("TIME", []),
        ]);

    public static RedisRights Handoff { get; } = new(
        "handoff",
        "otp:verified:sidecar-check",
        "~otp:verified:*",
        [("SET", ["1", "PX", "1000"]), ("GET", []), ("DEL", [])]);

    /// <summary>Where the app compares a code of its own, beside <see cref="Handoff"/>, whose key the connection is tried with.</summary>
    public static IReadOnlyList<RedisRights> Codes { get; } =
    [
        new("handoff codes", "otp:sidecar-check", "~otp:*", Handoff.Calls),
        new("handoff locks", "otp_lock:sidecar-check", "~otp_lock:*", [("DEL", [])]),
    ];
}
