using System.Diagnostics;
using System.Text;

namespace Sidecar.FunctionalTests.Hosting;

/// <summary>Collects what a process prints while it runs; a pipe nobody reads would stop it.</summary>
internal sealed class ProcessOutput
{
    private readonly Process process;
    private readonly StringBuilder standard = new();
    private readonly StringBuilder error = new();

    public ProcessOutput(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Append(standard, line.Data);
        process.ErrorDataReceived += (_, line) => Append(error, line.Data);
    }

    public string Standard => Text(standard);

    public string Error => Text(error);

    public void Begin()
    {
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    private static void Append(StringBuilder to, string? line)
    {
        if (line is not null)
        {
            lock (to)
            {
                to.Append(line).Append('\n');
            }
        }
    }

    private static string Text(StringBuilder from)
    {
        lock (from)
        {
            return from.ToString();
        }
    }
}
