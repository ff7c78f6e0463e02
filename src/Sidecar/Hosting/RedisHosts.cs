using System.Collections;
using System.Net;
using System.Runtime.CompilerServices;

namespace Sidecar.Hosting;

/// <summary>Hosts that are compared one by one, so that settings that say the same are equal: those of a list would never be.</summary>
[CollectionBuilder(typeof(RedisHosts), nameof(Of))]
internal sealed class RedisHosts : IReadOnlyList<EndPoint>, IEquatable<RedisHosts>
{
    private readonly EndPoint[] _hosts;

    private RedisHosts(EndPoint[] hosts) => _hosts = hosts;

    public int Count => _hosts.Length;

    public EndPoint this[int index] => _hosts[index];

    public static RedisHosts Of(ReadOnlySpan<EndPoint> hosts) => new(hosts.ToArray());

    public bool Equals(RedisHosts? other) => other is not null && _hosts.AsSpan().SequenceEqual(other._hosts);

    public override bool Equals(object? obj) => Equals(obj as RedisHosts);

    public override int GetHashCode() => _hosts.Length == 0 ? 0 : HashCode.Combine(_hosts.Length, _hosts[0]);

    public IEnumerator<EndPoint> GetEnumerator() => ((IEnumerable<EndPoint>)_hosts).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _hosts.GetEnumerator();
}
