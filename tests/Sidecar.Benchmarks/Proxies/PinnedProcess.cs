using System.Diagnostics;
using System.Globalization;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>A program on one core from its first instruction on; what it says goes to a file that is shown if it fails.</summary>
internal sealed class PinnedProcess : IAsyncDisposable
{
    /// <summary>The core that the proxies have to themselves.</summary>
    public const int ProxyCore = 0;

    /// <summary>The core of the load and of everything behind the proxies.</summary>
    public const int LoadCore = 1;

    private readonly Process process;
    private readonly string log;

    private PinnedProcess(Process process, string log) => (this.process, this.log) = (process, log);

    public int Id => process.Id;

    public static PinnedProcess Start(int core, string log, IReadOnlyList<string> command, params IEnumerable<(string Name, string Value)> environment)
    {
        // The shell only opens the log: exec keeps the process id, and a pipe would make this process read what nobody needs.
        var info = new ProcessStartInfo("/bin/sh") { WorkingDirectory = Path.GetDirectoryName(log) };
        foreach (var word in (IEnumerable<string>)["-c", "log=$1 core=$2; shift 2; exec taskset -c \"$core\" \"$@\" >\"$log\" 2>&1 </dev/null", "sh", log, core.ToString(CultureInfo.InvariantCulture), .. command])
        {
            info.ArgumentList.Add(word);
        }

        foreach (var inherited in info.Environment.Keys.Where(static name => name.StartsWith("SIDECAR_", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            info.Environment.Remove(inherited);
        }

        foreach (var (name, value) in environment)
        {
            info.Environment[name] = value;
        }

        return new PinnedProcess(Process.Start(info)!, log);
    }

    /// <summary>Waits until its port answers; whoever has ended before says why.</summary>
    public async Task WaitForPortAsync(int port, CancellationToken stop)
    {
        var start = Stopwatch.GetTimestamp();
        while (!Loopback.IsListening(port))
        {
            stop.ThrowIfCancellationRequested();
            if (process.HasExited || Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(20))
            {
                throw new InvalidOperationException($"{process.StartInfo.ArgumentList[5]} does not listen on {port}:\n{File.ReadAllText(log)}");
            }

            await Task.Delay(10, stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync();
        process.Dispose();
    }
}
