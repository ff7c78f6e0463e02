using System.Diagnostics;
using System.Globalization;
using Sidecar.Demo;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Demo;

/// <summary>The demo as a newcomer starts it, on ports that happen to be free.</summary>
internal sealed class DemoProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly ProcessOutput output;

    private DemoProcess(DemoPorts ports, string[] arguments, IReadOnlyDictionary<string, string> environment)
    {
        Ports = ports;
        var start = new ProcessStartInfo("dotnet", [Assembly(), "--port-offset", ports.Offset.ToString(CultureInfo.InvariantCulture), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        process = new Process { StartInfo = start };
        output = new ProcessOutput(process);
        process.Start();
        output.Begin();
    }

    public DemoPorts Ports { get; }

    public string Output => output.Standard;

    public string Error => output.Error;

    public static DemoPorts FreePorts()
    {
        while (true)
        {
            var ports = new DemoPorts(Random.Shared.Next(2_000, 22_000));
            if (ports.Taken().Count == 0)
            {
                return ports;
            }
        }
    }

    public static DemoProcess Start(DemoPorts ports, params (string Name, string Value)[] environment) =>
        Start(ports, [], environment);

    public static DemoProcess Start(DemoPorts ports, string[] arguments, params (string Name, string Value)[] environment) =>
        new(ports, arguments, environment.ToDictionary(static e => e.Name, static e => e.Value));

    public Task UntilReadyAsync() => RedisServer.UntilAsync(
        () =>
        {
            Assert.False(process.HasExited, $"the demo ended:\n{Output}\n{Error}");
            return Task.FromResult(Output.Contains($"ready: {Ports.SidecarUrl}\n", StringComparison.Ordinal));
        },
        Patience,
        "the demo did not get ready");

    public async Task<int> ExitAsync()
    {
        using var bound = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(bound.Token);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        await process.WaitForExitAsync();
        process.Dispose();
    }

    private static string Assembly()
    {
        // bin/<configuration>/<framework>/
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return RepositoryRoot.Combine("src", "Demo", "bin", framework.Parent!.Name, framework.Name, "Sidecar.Demo.dll");
    }
}
