using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>wrk as closed-loop load: as many requests as there are connections are always under way.</summary>
internal static partial class Wrk
{
    public static async Task<WrkResult> RunAsync(int port, int connections, TimeSpan duration, CancellationToken stop)
    {
        // wrk takes whole seconds only.
        var seconds = Math.Max(1, (int)Math.Round(duration.TotalSeconds));
        var info = new ProcessStartInfo("wrk") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in (IEnumerable<string>)["-t1", $"-c{connections}", $"-d{seconds}s", "-s", RepositoryRoot.Combine("bench", "wrk.lua"), string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/api/documents?page=1")])
        {
            info.ArgumentList.Add(word);
        }

        using var wrk = Process.Start(info)!;
        try
        {
            var output = await wrk.StandardOutput.ReadToEndAsync(stop);
            await wrk.WaitForExitAsync(stop);
            return Parse(output);
        }
        finally
        {
            if (!wrk.HasExited)
            {
                wrk.Kill();
            }
        }
    }

    /// <summary>The line that bench/wrk.lua writes.</summary>
    public static WrkResult Parse(string output)
    {
        var line = Result().Match(output);
        if (!line.Success)
        {
            throw new InvalidDataException($"wrk gave no result:\n{output}");
        }

        long Number(string group) => long.Parse(line.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
        var result = new WrkResult(Number("requests"), Number("microseconds") / 1e6, Number("p50"), Number("p99"));
        return Number("failed") == 0 ? result : throw new InvalidDataException($"{Number("failed")} of {result.Requests} requests failed.");
    }

    [GeneratedRegex("^result requests=(?<requests>[0-9]+) microseconds=(?<microseconds>[0-9]+) failed=(?<failed>[0-9]+) p50=(?<p50>[0-9]+) p99=(?<p99>[0-9]+)$", RegexOptions.Multiline)]
    private static partial Regex Result();
}

/// <summary>What one run of wrk counted; latencies in microseconds.</summary>
internal sealed record WrkResult(long Requests, double Seconds, double P50, double P99)
{
    public double Rate => Requests / Seconds;
}
