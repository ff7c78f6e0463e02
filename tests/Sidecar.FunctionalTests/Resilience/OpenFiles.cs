using System.Globalization;

namespace Sidecar.FunctionalTests.Resilience;

/// <summary>How many files a process may hold open. The runtime takes all that the hard limit gives; beyond it only root can go.</summary>
internal static class OpenFiles
{
    public static void Allow(int process, int wanted)
    {
        var limits = File.ReadLines($"/proc/{process}/limits").First(static line => line.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = limits.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        if (soft == "unlimited" || int.Parse(soft, CultureInfo.InvariantCulture) >= wanted)
        {
            return;
        }

        using var raise = System.Diagnostics.Process.Start("/usr/bin/prlimit", [$"--pid={process}", string.Create(CultureInfo.InvariantCulture, $"--nofile={wanted}:{wanted}")]);
        raise.WaitForExit();
        Assert.True(raise.ExitCode == 0, $"This takes {wanted} open files, and the limit is {soft}: run it as root, or raise `ulimit -Hn`.");
    }
}
