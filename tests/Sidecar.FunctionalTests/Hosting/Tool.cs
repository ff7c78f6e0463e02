using System.Diagnostics;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>A program of the machine that judges what ours made.</summary>
internal static class Tool
{
    /// <summary>Runs it to its end and gives what it printed. Skips the test where it is not installed.</summary>
    /// <param name="name">The program.</param>
    /// <param name="package">The Debian package that brings it.</param>
    /// <param name="arguments">What it is told.</param>
    public static async Task<string> RunAsync(string name, string package, params IReadOnlyList<string> arguments)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, $"{name} is not installed (Debian: {package})");
        using var process = new Process { StartInfo = new(path!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true } };
        process.Start();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        try
        {
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            Assert.True(process.ExitCode == 0, $"{name} exited with {process.ExitCode}: {await error}");
            return output;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }
}
