using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sidecar.FunctionalTests.Conformance;
using Sidecar.FunctionalTests.Hosting;

[assembly: AssemblyFixture(typeof(ConformanceWorld))]

namespace Sidecar.FunctionalTests.Conformance;

/// <summary>A sidecar for each engine, started when first asked for, with a listener for each exchange and behind it an app of its own.</summary>
public sealed class ConformanceWorld : IAsyncLifetime
{
    private readonly Dictionary<string, Task<EngineWorld>> _engines = [];

    internal Task<EngineWorld> OfAsync(string engine)
    {
        lock (_engines)
        {
            return _engines.TryGetValue(engine, out var world) ? world : _engines[engine] = EngineWorld.StartAsync(Engine.Of(engine));
        }
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var world in _engines.Values)
        {
            await (await world).DisposeAsync();
        }
    }
}

/// <summary>One engine under test.</summary>
internal sealed class EngineWorld : IAsyncDisposable
{
    /// <summary>Few enough that none waits so long for a processor that it counts as held back.</summary>
    private const int MostAtOnce = 8;

    private readonly Dictionary<string, (AppEnd App, int Port)> _stages = [];
    private static int _lastPort = Random.Shared.Next(20_000, 31_000);

    private readonly Lazy<Dictionary<string, Task<IReadOnlyList<Difference>>>> _differences;
    private SidecarProcess? _sidecar;

    private EngineWorld() => _differences = new(CompareAll);

    public static async Task<EngineWorld> StartAsync(Engine engine)
    {
        var world = new EngineWorld();
        var settings = new StringBuilder("contracts: [ragflow-rest]\nlisteners:\n");
        foreach (var exchange in Exchanges.All)
        {
            var stage = (App: new AppEnd(), Port: NextPort());
            world._stages.Add(exchange.Name, stage);
            settings.Append(CultureInfo.InvariantCulture, $"  - {{ address: 127.0.0.1, port: {stage.Port}, upstream: 'http://127.0.0.1:{stage.App.Port}' }}\n");
        }

        world._sidecar = await SidecarProcess.StartAsync(new()
        {
            Files = new Dictionary<string, string> { ["sidecar.yaml"] = settings.ToString() },
            Settings = engine.Settings,
            Development = false,
        });
        return world;
    }

    /// <summary>A port below those that the system hands out: of so many, one would be somebody's before the sidecar gets to it.</summary>
    private static int NextPort()
    {
        while (true)
        {
            var port = Interlocked.Increment(ref _lastPort);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; the next one.
            }
        }
    }

    /// <summary>What differs when an exchange is played without and with the sidecar. All are played when the first one is asked for: most of their time is waiting.</summary>
    public Task<IReadOnlyList<Difference>> CompareAsync(Exchange exchange) => _differences.Value[exchange.Name];

    private Dictionary<string, Task<IReadOnlyList<Difference>>> CompareAll()
    {
        var turns = new SemaphoreSlim(MostAtOnce);
        return Exchanges.All.ToDictionary(static exchange => exchange.Name, exchange => CompareAsync(exchange, turns));
    }

    private async Task<IReadOnlyList<Difference>> CompareAsync(Exchange exchange, SemaphoreSlim turns)
    {
        await turns.WaitAsync();
        try
        {
            return await PlayBothAsync(exchange);
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>Plays an exchange once more, beside no other.</summary>
    public async Task<IReadOnlyList<Difference>> PlayBothAsync(Exchange exchange)
    {
        var app = _stages[exchange.Name].App;
        var direct = await Dialogue.PlayAsync(exchange, app, app.Port);
        Assert.True(direct.Held.Count == 0, $"Without a sidecar turn {string.Join(',', direct.Held)} of `{exchange.Name}` does not arrive: the exchange itself is wrong.");
        return Comparison.Of(direct, await PlayAsync(exchange));
    }

    /// <summary>Plays an exchange through the sidecar.</summary>
    public Task<Sight> PlayAsync(Exchange exchange) => Dialogue.PlayAsync(exchange, _stages[exchange.Name].App, _stages[exchange.Name].Port);

    public async ValueTask DisposeAsync()
    {
        await (_sidecar?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (var (app, _) in _stages.Values)
        {
            app.Dispose();
        }
    }
}
