namespace Sidecar.Hosting;

/// <summary>What a Redis does when its memory runs out, as INFO tells it.</summary>
/// <param name="Policy"><c>maxmemory-policy</c>; empty when it was not told.</param>
/// <param name="Bound"><c>maxmemory</c> in bytes; <c>0</c> for none.</param>
internal sealed record RedisMemory(string Policy, string Bound)
{
    /// <summary>Every key of ours has an end, so that the volatile policies throw them away like those for all keys.</summary>
    public bool Evicts => Policy is not ("noeviction" or "") && Bound != "0";

    public static RedisMemory Of(string info) => new(Value(info, "maxmemory_policy:", ""), Value(info, "maxmemory:", "0"));

    private static string Value(string info, string name, string otherwise) =>
        info.Split('\n', StringSplitOptions.TrimEntries).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..] ?? otherwise;
}
