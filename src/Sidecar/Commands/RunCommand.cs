using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sidecar.Contracts;
using Sidecar.Hosting;

namespace Sidecar.Commands;

/// <summary>Serves until SIGTERM. Only what keeps the app from being served stops it; a fault of recovery's own is told and lived with.</summary>
internal static partial class RunCommand
{
    public static async Task<int> RunAsync(CommandLine arguments)
    {
        var options = SidecarOptions.Read(arguments, Environment.GetEnvironmentVariables());
        if (options.FatalFaults.Any())
        {
            foreach (var fault in options.Faults)
            {
                Console.Error.WriteLine(fault);
            }

            return ExitCode.Configuration;
        }

        await using var app = SidecarApplication.Create(options, new SidecarClock());
        Announce(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Sidecar"), options);
        StartMemory.ReleaseAfterStart(app.Lifetime);
        try
        {
            await app.RunAsync();
            return ExitCode.Ok;
        }
        catch (Exception error) when (error is IOException { InnerException: AddressInUseException } or SocketException)
        {
            Console.Error.WriteLine(BindFault(error, options));
            return ExitCode.Configuration;
        }
    }

    /// <summary>The server names the address it could not have, and only that; which key asked for it is found by the port.</summary>
    private static Fault BindFault(Exception error, SidecarOptions options)
    {
        if (error is SocketException)
        {
            return new("configuration", "listeners or management", "", $"cannot be listened on: {error.Message}", "give listeners[].address and management.address addresses of this machine, and ports that its user may have");
        }

        var ports = options.Listeners.Select(static (listener, i) => (Key: $"listeners[{i}].port", listener.Port)).Append((Key: "management.port", options.Management.Port));
        var taken = ports.LastOrDefault(entry => error.Message.Contains($":{entry.Port}:", StringComparison.Ordinal), (Key: "listeners[].port", Port: 0));
        return new("configuration", taken.Key, $"{taken.Port}", "is taken by another process", $"end that process, or give the sidecar another {taken.Key}");
    }

    /// <summary>One line for each thing the operator should know from the start.</summary>
    public static void Announce(ILogger logger, SidecarOptions options)
    {
        foreach (var listener in options.Listeners)
        {
            LogListener(logger, listener.Address?.ToString() ?? "*", listener.Port, listener.Name);
        }

        AnnounceTrouble(logger, options);
    }

    /// <summary>What does not work, or not as it may be meant.</summary>
    public static void AnnounceTrouble(ILogger logger, SidecarOptions options)
    {
        foreach (var fault in options.Faults)
        {
            LogFault(logger, fault.ToString());
        }

        if (options.RecoveryOffReason.Length > 0)
        {
            LogRecoveryOff(logger, options.RecoveryOffReason);
        }

        if (options.VerificationOffReason.Length > 0 && (options.Verification.Enabled || options.Verification.Gate.Enabled))
        {
            LogVerificationOff(logger, options.VerificationOffReason);
        }

        if (options.Captcha.FixedAnswer is not null)
        {
            LogFixedAnswer(logger);
        }

        if (!options.UsesRedis && Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is not null)
        {
            LogMemoryInKubernetes(logger);
        }
    }

    [LoggerMessage(LogLevel.Information, "Listening on {Address}:{Port} in front of {Upstream}")]
    private static partial void LogListener(ILogger logger, string address, int port, string upstream);

    [LoggerMessage(LogLevel.Warning, "Configuration: {Fault}")]
    private static partial void LogFault(ILogger logger, string fault);

    [LoggerMessage(LogLevel.Error, "Account recovery is off, the app is served: {Reason}")]
    private static partial void LogRecoveryOff(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Error, "Account verification is off, and gated sign-ups are refused: {Reason}")]
    private static partial void LogVerificationOff(ILogger logger, string reason);

    [LoggerMessage(LogLevel.Warning, "DEVELOPMENT ONLY: every captcha has the same answer (captcha.fixed_answer). Anybody can pass it.")]
    private static partial void LogFixedAnswer(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "The memory store is for one replica only: with several, codes are unknown to the others. Configure redis for more.")]
    private static partial void LogMemoryInKubernetes(ILogger logger);
}
