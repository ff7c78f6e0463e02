using System.Diagnostics;
using System.Globalization;

namespace Sidecar.Benchmarks;

/// <summary>Where the figures come from, in a line: without it they say nothing.</summary>
internal static class Machine
{
    public static string Describe(BenchmarkSettings settings)
    {
        var processor = File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown processor";
        string[] parts =
        [
            processor, $"Linux {Environment.OSVersion.Version.ToString(2)}", First("/usr/sbin/nginx", "-v").Replace("nginx version: ", "", StringComparison.Ordinal), First("/usr/sbin/haproxy", "-v").Split('-')[0], $"Caddy {First("/usr/bin/caddy", "version").Split(' ')[0]}",
            string.Create(CultureInfo.InvariantCulture, $"{settings.Rounds} round{(settings.Rounds == 1 ? "" : "s")} of {settings.Duration.TotalSeconds:0.##} s"),
        ];
        return string.Join(", ", parts) + ".";
    }

    private static string First(string program, string argument)
    {
        if (!File.Exists(program))
        {
            return $"no {Path.GetFileName(program)}";
        }

        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{program} {argument} 2>&1 | head -n 1"]) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }
}
