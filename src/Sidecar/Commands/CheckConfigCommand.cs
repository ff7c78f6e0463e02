using Sidecar.Hosting;

namespace Sidecar.Commands;

/// <summary>Reads the configuration as <c>run</c> does and minds everything, also what <c>run</c> could live with.</summary>
internal static class CheckConfigCommand
{
    public static int Run(CommandLine arguments)
    {
        var options = SidecarOptions.Read(arguments, Environment.GetEnvironmentVariables());
        if (options.Faults.Count == 0)
        {
            Console.Out.WriteLine("ok");
            return ExitCode.Ok;
        }

        foreach (var fault in options.Faults)
        {
            Console.Error.WriteLine(fault);
        }

        return ExitCode.Configuration;
    }
}
