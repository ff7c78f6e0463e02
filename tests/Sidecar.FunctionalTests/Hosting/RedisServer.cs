using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Hosting;
using StackExchange.Redis;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>A real redis-server of our own on a free loopback port, without persistence; it can be killed, frozen and brought back.</summary>
public sealed class RedisServer : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/redis-server", "/usr/local/bin/redis-server", "/usr/bin/valkey-server"];
    private static readonly string? Executable = Array.Find(Places, File.Exists);

    private readonly string _directory = System.IO.Directory.CreateTempSubdirectory("sidecar-redis-").FullName;
    private Process? _process;

    public int Port { get; init; } = FreePort.Next();

    public string Endpoint => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Arguments beyond the usual ones, such as those for TLS; set before the start.</summary>
    internal IReadOnlyList<string> Extra { get; init; } = [];

    /// <summary>The port of the plain protocol as the server is told; zero switches it off.</summary>
    internal int PlainPort { get; init; } = -1;

    /// <summary>What is in the settings of a sentinel; null for a server.</summary>
    internal string? Sentinel { get; init; }

    /// <summary>Where its data are.</summary>
    internal string Directory => _directory;

    private bool IsNode => Extra.Contains("--cluster-enabled");

    internal RedisOptions Options => new() { Host = "127.0.0.1", Port = Port };

    public async ValueTask InitializeAsync()
    {
        if (Executable is not null)
        {
            await StartAsync();
        }
    }

    /// <summary>A server that runs; skips the test where there is none to run.</summary>
    public static async Task<RedisServer> StartNewAsync()
    {
        Require();
        var server = new RedisServer();
        await server.StartAsync();
        return server;
    }

    /// <summary>Skips where there is no redis-server; on CI that is a failure.</summary>
    public static void Require()
    {
        if (Executable is null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "redis-server is not installed");
            Assert.Skip("redis-server is not installed");
        }
    }

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(Executable!) { WorkingDirectory = _directory, RedirectStandardOutput = true, RedirectStandardError = true };
        var settings = Path.Combine(_directory, "sentinel.conf");
        if (Sentinel is not null)
        {
            await File.WriteAllTextAsync(settings, string.Create(CultureInfo.InvariantCulture, $"port {Port}\nbind 127.0.0.1\ndir {_directory}\n{Sentinel}\n"));
        }

        string[] arguments = Sentinel is not null ? [settings, "--sentinel"] :
        [
            "--port", (PlainPort < 0 ? Port : PlainPort).ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            "--daemonize", "no", "--dir", _directory, .. Extra,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        // Somebody else on the port would also answer.
        await UntilAsync(async () => !_process.HasExited && await CanConnectAsync(), TimeSpan.FromSeconds(20), "redis-server did not start");
    }

    /// <summary>At once, as a machine that loses power.</summary>
    public async Task KillAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    public Task FlushAsync() => AdminAsync("FLUSHALL");

    public void Pause() => Signal("-STOP");

    public void Resume() => Signal("-CONT");

    /// <summary>A connection that is up. Patience for a loaded machine is the default; the timing tests ask for the shipped limit.</summary>
    internal async Task<RedisConnection> ConnectAsync(TimeSpan? timeout = null, ILogger<RedisConnection>? log = null)
    {
        var connection = RedisConnection.Start(Options with { Timeout = timeout ?? TimeSpan.FromSeconds(20) }, log ?? NullLogger<RedisConnection>.Instance);
        await UntilAsync(() => Task.FromResult(connection.IsHealthy), TimeSpan.FromSeconds(10), "no connection to redis-server");
        return connection;
    }

    /// <summary>One command that a sidecar's own connection must not send.</summary>
    internal async Task<RedisResult> AdminAsync(string command, params object[] arguments)
    {
        var configuration = RedisConfiguration.For(Options with { Database = IsNode || Sentinel is not null ? 0 : Options.Database });
        configuration.CommandMap = Sentinel is null ? CommandMap.Default : CommandMap.Sentinel;
        configuration.AsyncTimeout = 20_000;
        // A second, which is the product's, is little where everything else runs as well.
        configuration.ConnectTimeout = 10_000;
        await using var connection = await ConnectionMultiplexer.ConnectAsync(configuration);
        // A node of a Cluster is to answer itself.
        return IsNode ? await connection.GetServer("127.0.0.1", Port).ExecuteAsync(command, arguments) : await connection.GetDatabase().ExecuteAsync(command, arguments);
    }

    internal static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan patience, string otherwise)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < patience, otherwise);
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        System.IO.Directory.Delete(_directory, recursive: true);
    }

    private async Task<bool> CanConnectAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("/bin/kill", [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }
}
