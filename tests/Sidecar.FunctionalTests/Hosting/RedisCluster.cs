using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Hosting;
using StackExchange.Redis;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>A real Cluster of three masters with a replica each, on free ports.</summary>
public sealed class RedisCluster : IAsyncLifetime
{
    private const int Masters = 3;

    private readonly Dictionary<RedisServer, string> _ids = [];

    internal IReadOnlyList<RedisServer> Nodes { get; private set; } = [];

    internal RedisOptions Options => new() { Nodes = [.. Nodes.Take(Masters).Select(static node => new IPEndPoint(IPAddress.Loopback, node.Port))], Database = 0 };

    public async ValueTask InitializeAsync()
    {
        RedisServer.Require();
        Nodes = [.. Enumerable.Range(0, Masters * 2).Select(static _ => new RedisServer
        {
            Extra =
            [
                "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", "1000",
                "--cluster-port", FreePort.Next().ToString(CultureInfo.InvariantCulture), "--repl-diskless-sync-delay", "0",
            ],
        })];
        foreach (var node in Nodes)
        {
            await node.StartAsync();
            _ids[node] = await TextAsync(node, "CLUSTER", "MYID");
        }

        for (var i = 0; i < Masters; i++)
        {
            await Nodes[i].AdminAsync("CLUSTER", "ADDSLOTSRANGE", i * 16384 / Masters, ((i + 1) * 16384 / Masters) - 1);
            await Nodes[i].AdminAsync("CLUSTER", "SET-CONFIG-EPOCH", i + 1);
        }

        foreach (var node in Nodes.Skip(1))
        {
            await node.AdminAsync("CLUSTER", "MEET", "127.0.0.1", Nodes[0].Port, Nodes[0].Extra[7]);
        }

        await EverybodyAsync(async node => (await TextAsync(node, "CLUSTER", "INFO")).Contains("cluster_known_nodes:6", StringComparison.Ordinal), "the nodes do not know each other");
        for (var i = 0; i < Masters; i++)
        {
            await Nodes[Masters + i].AdminAsync("CLUSTER", "REPLICATE", _ids[Nodes[i]]);
        }

        await EverybodyAsync(
            async node =>
            {
                var nodes = await TextAsync(node, "CLUSTER", "NODES");
                return (await TextAsync(node, "CLUSTER", "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal) && nodes.Split("slave").Length == Masters + 1;
            },
            "the Cluster is not up");
        foreach (var replica in Nodes.Skip(Masters))
        {
            await RedisServer.UntilAsync(async () => (await TextAsync(replica, "INFO", "replication")).Contains("master_link_status:up", StringComparison.Ordinal), TimeSpan.FromSeconds(20), "a replica is not in step");
        }
    }

    internal string IdOf(RedisServer node) => _ids[node];

    internal static async Task<string> TextAsync(RedisServer node, string command, params object[] arguments) => (await node.AdminAsync(command, arguments)).ToString();

    internal async Task<RedisConnection> ConnectAsync(RedisOptions? options = null)
    {
        var connection = RedisConnection.Start(options ?? Options, NullLogger<RedisConnection>.Instance);
        await RedisServer.UntilAsync(() => Task.FromResult(connection.Status == "ok"), TimeSpan.FromSeconds(10), "no connection to the Cluster");
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }
    }

    private async Task EverybodyAsync(Func<RedisServer, Task<bool>> condition, string otherwise)
    {
        foreach (var node in Nodes)
        {
            await RedisServer.UntilAsync(() => condition(node), TimeSpan.FromSeconds(30), otherwise);
        }
    }
}
