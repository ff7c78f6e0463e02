using System.Diagnostics;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>One call of the binary that ends by itself.</summary>
internal sealed record SidecarCommand(int ExitCode, string Output, string Error)
{
    public static async Task<SidecarCommand> RunAsync(params IReadOnlyList<string> arguments)
    {
        var binary = SidecarBinary.Find();
        var info = new ProcessStartInfo(binary.FileName) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in binary.FirstArgument is { } assembly ? [assembly, .. arguments] : arguments)
        {
            info.ArgumentList.Add(argument);
        }

        using var process = new Process { StartInfo = info };
        var output = new ProcessOutput(process);
        process.Start();
        output.Begin();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Eventually.Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            process.Kill();
        }

        return new SidecarCommand(process.ExitCode, output.Standard, output.Error);
    }
}
