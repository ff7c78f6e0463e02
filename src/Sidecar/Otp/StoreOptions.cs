using Sidecar.Hosting;

namespace Sidecar.Otp;

internal enum StoreKind
{
    /// <summary>Redis when it is configured, else memory.</summary>
    Auto,

    Memory,

    Redis,
}

/// <summary>Where the flows' state lives: section <c>store</c>.</summary>
internal sealed record StoreOptions
{
    public const string Section = "store";

    /// <summary><c>store.kind</c>: <c>redis</c> when <c>redis</c> is configured, else <c>memory</c> (one replica only). Default <c>auto</c>.</summary>
    public StoreKind Kind { get; init; }

    /// <summary><c>store.max_flows</c>: flows that the memory store holds at once; it refuses new ones then, and never drops live ones. 1 to 10000000; Default 100,000.</summary>
    public int MaxFlows { get; init; } = 100_000;

    public static StoreOptions Read(SettingsSection section) => new()
    {
        Kind = section.Choice("kind", StoreKind.Auto, ("auto", StoreKind.Auto), ("memory", StoreKind.Memory), ("redis", StoreKind.Redis)),
        MaxFlows = section.Int("max_flows", 100_000, 1, 10_000_000),
    };

    /// <summary>Whether the state goes to Redis.</summary>
    public bool UsesRedis(RedisOptions redis) => Kind == StoreKind.Redis || (Kind == StoreKind.Auto && redis.IsConfigured);
}
