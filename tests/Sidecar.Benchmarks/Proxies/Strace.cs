using System.Diagnostics;
using System.Globalization;

namespace Sidecar.Benchmarks.Proxies;

/// <summary>Counts the system calls of processes while something is done to them.</summary>
internal static class Strace
{
    /// <returns>Null where this user may not look into those processes.</returns>
    public static async Task<long?> CountAsync(IReadOnlyList<int> processes, string output, Action act, CancellationToken stop)
    {
        File.Delete(output);
        var info = new ProcessStartInfo("strace") { RedirectStandardError = true };
        foreach (var word in (IEnumerable<string>)["-f", "-c", "-o", output, .. processes.SelectMany(static id => new[] { "-p", id.ToString(CultureInfo.InvariantCulture) })])
        {
            info.ArgumentList.Add(word);
        }

        using var strace = Process.Start(info)!;
        try
        {
            // It says so for each process; the threads of one are attached by then.
            for (var attached = 0; attached < processes.Count; attached++)
            {
                if (await strace.StandardError.ReadLineAsync(stop) is not { } line || !line.Contains("attached", StringComparison.Ordinal))
                {
                    return null;
                }
            }

            act();
        }
        finally
        {
            // Killed it would write nothing; it passes the signal to nobody.
            using var interrupt = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -INT {strace.Id}")]);
            await interrupt.WaitForExitAsync(CancellationToken.None);
            await strace.WaitForExitAsync(CancellationToken.None);
        }

        return Total(await File.ReadAllTextAsync(output, stop));
    }

    /// <summary>The calls in the last line of <c>strace -c</c>: <c>100.00    0.01    2    1234    56 total</c>.</summary>
    public static long Total(string summary)
    {
        var words = summary.Split('\n').Single(static line => line.EndsWith(" total", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(words[3], CultureInfo.InvariantCulture);
    }
}
