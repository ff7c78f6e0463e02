namespace Sidecar.Benchmarks.Proxies;

/// <summary>All proxies at once, in front of the same app; only one of them has anything to do at a time.</summary>
internal sealed class ProxyWorld : IAsyncDisposable
{
    private ProxyWorld(Backends backends) => Backends = backends;

    public Backends Backends { get; }

    public List<RunningProxy> Proxies { get; } = [];

    public static async Task<ProxyWorld> StartAsync(BenchmarkSettings settings)
    {
        var world = new ProxyWorld(await Backends.StartAsync(settings.Stop));
        try
        {
            foreach (var competitor in Competitor.All(settings.Variants))
            {
                world.Proxies.Add(competitor.Start(world.Backends.Directory, world.Backends));
            }

            foreach (var proxy in world.Proxies)
            {
                await proxy.WaitAsync(settings.Stop);
            }

            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in Proxies)
        {
            await proxy.DisposeAsync();
        }

        await Backends.DisposeAsync();
    }
}
