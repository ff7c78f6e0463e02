using System.Net;

namespace Sidecar.Hosting;

/// <summary>Who knows which server is the master: section <c>sentinel</c> below a Redis.</summary>
internal sealed record RedisSentinelOptions
{
    private const int DefaultPort = 26379;

    /// <summary><c>redis.sentinel.hosts</c>: the sentinels, <c>host:port</c>; port 26379 by default.</summary>
    public required RedisHosts Hosts { get; init; }

    /// <summary><c>redis.sentinel.master</c>: what they call the master, such as <c>mymaster</c>. Required.</summary>
    public required string Master { get; init; }

    /// <summary><c>redis.sentinel.username</c>: ACL user at the sentinels, where they ask for a login. Default empty.</summary>
    public string Username { get; init; } = "";

    /// <summary><c>redis.sentinel.password</c>: the sentinels' own password, which is not Redis'. Default empty: no login.</summary>
    public string Password { get; init; } = "";

    /// <summary>Null where there are none.</summary>
    public static RedisSentinelOptions? Read(SettingsSection section)
    {
        var hosts = RedisHost.ReadList(section, "hosts", DefaultPort);
        var options = new RedisSentinelOptions
        {
            Hosts = hosts,
            Master = section.Text("master"),
            Username = section.Text("username"),
            Password = section.Secret("password"),
        };
        if (!section.Exists)
        {
            return null;
        }

        if (hosts.Count == 0)
        {
            section.Reject("hosts", "names no sentinel", "write all of them, such as [sentinel-1:26379, sentinel-2:26379, sentinel-3:26379]");
        }

        if (options.Master.Length == 0)
        {
            section.Reject("master", "is missing", "write the name behind `sentinel monitor` in their settings, such as mymaster");
        }

        return options;
    }

    public override string ToString() => Master;
}
