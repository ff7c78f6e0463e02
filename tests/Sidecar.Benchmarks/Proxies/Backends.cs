using System.Globalization;
using System.Security.Cryptography;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>What stands behind every proxy, on the core of the load: the app, the app of streams, Redis and a relay.</summary>
internal sealed class Backends : IAsyncDisposable
{
    // Not as private as temporary directories are made: workers of an nginx that root started are somebody else.
    private readonly string directory = System.IO.Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "sidecar-bench-" + RandomNumberGenerator.GetHexString(8, lowercase: true))).FullName;
    private readonly StreamApp streams = new();
    private readonly List<PinnedProcess> processes = [];

    private Backends()
    {
    }

    public int AppPort { get; } = FreePort.Next();

    public int RedisPort { get; } = FreePort.Next();

    public int StreamPort => streams.Port;

    public int RelayPort => Relay.Port;

    public MailSink Relay { get; } = new();

    /// <summary>Where settings and logs of a run lie; gone afterwards.</summary>
    public string Directory => directory;

    public static async Task<Backends> StartAsync(CancellationToken stop)
    {
        var backends = new Backends();
        try
        {
            await backends.StartServersAsync(stop);
            return backends;
        }
        catch
        {
            await backends.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }

        await streams.DisposeAsync();
        await Relay.DisposeAsync();
        System.IO.Directory.Delete(directory, recursive: true);
    }

    private async Task StartServersAsync(CancellationToken stop)
    {
        var files = System.IO.Directory.CreateDirectory(Path.Combine(directory, "files")).FullName;
        foreach (var mebibytes in new[] { 1, 256 })
        {
            using var file = File.Create(Path.Combine(files, string.Create(CultureInfo.InvariantCulture, $"{mebibytes}m")));
            file.SetLength(mebibytes * Bodies.Mebibyte);
        }

        var settings = Path.Combine(directory, "app.conf");
        File.WriteAllText(settings, File.ReadAllText(RepositoryRoot.Combine("bench", "app.conf")).Replace("@directory@", directory, StringComparison.Ordinal).Replace("@app@", AppPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        processes.Add(PinnedProcess.Start(PinnedProcess.LoadCore, Path.Combine(directory, "app.out"), ["/usr/sbin/nginx", "-e", Path.Combine(directory, "app.log"), "-c", settings]));
        processes.Add(PinnedProcess.Start(PinnedProcess.LoadCore, Path.Combine(directory, "redis.out"), ["redis-server", "--port", RedisPort.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]));
        await processes[0].WaitForPortAsync(AppPort, stop);
        await processes[1].WaitForPortAsync(RedisPort, stop);
    }
}
