using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Sidecar.Hosting;

/// <summary>
/// Where log lines go and how they look: readable in Development, one JSON object a line elsewhere. The latter is put together
/// here and not by the framework's builder, which prepares formatters, options and reloads of them that nobody asks for: a
/// tenth of a start.
/// </summary>
internal static class LoggingSetup
{
    public static void AddLines(this ILoggingBuilder logging, bool isDevelopment)
    {
        if (isDevelopment)
        {
            logging.Services.Configure<LoggerFilterOptions>(Filter).Configure<ConsoleLoggerOptions>(Bound);
            logging.AddSimpleConsole(static console => console.SingleLine = true);
            return;
        }

        var (console, filter) = (new ConsoleLoggerOptions { FormatterName = JsonLineFormatter.FormatterName }, new LoggerFilterOptions());
        Bound(console);
        Filter(filter);
        // A service of its own, for the container to end it: that writes what still waits.
        logging.Services.AddSingleton<ILoggerProvider>(_ => new ConsoleLoggerProvider(new FixedOptions<ConsoleLoggerOptions>(console), [new JsonLineFormatter()]));
        logging.Services.AddSingleton<ILoggerFactory>(provider => new LoggerFactory([provider.GetRequiredService<ILoggerProvider>()], filter));
    }

    /// <summary>What the container would make up by itself, see AddLoggers.</summary>
    public static IServiceCollection AddLogger<T>(this IServiceCollection services) => 
        services.AddSingleton<ILogger<T>>(static provider => new Logger<T>(provider.GetRequiredService<ILoggerFactory>()));

    private static void Filter(LoggerFilterOptions filter)
    {
        filter.MinLevel = LogLevel.Information;
        // The framework's own request logs carry targets, and with them addresses.
        filter.AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning).AddFilter("Yarp", LogLevel.Error);
        // It logs nothing that gets through, but as long as it could, the server makes an activity for every request.
        filter.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // What it has to say is about a client that breaks the protocol: a critical line for each frame of a flood.
        filter.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Http2", LogLevel.None);
    }

    /// <summary>Whoever collects the lines may be stuck: lines are lost then, and counted, where waiting would stop the app's traffic.</summary>
    private static void Bound(ConsoleLoggerOptions console) => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
}
