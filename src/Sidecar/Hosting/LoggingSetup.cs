using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Sidecar.Hosting;

/// <summary>Where log lines go and how they look: readable in Development, one JSON object a line elsewhere.</summary>
internal static class LoggingSetup
{
    public static void AddLines(this ILoggingBuilder logging, bool isDevelopment)
    {
        // The framework's own request logs carry targets, and with them addresses.
        logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning).AddFilter("System", LogLevel.Warning).AddFilter("Yarp", LogLevel.Error);
        // It logs nothing that gets through, but as long as it could, the server makes an activity for every request.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        // What it has to say is about a client that breaks the protocol: a critical line for each frame of a flood.
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Http2", LogLevel.None);
        // Whoever collects the lines may be stuck: lines are lost then, and counted, where waiting would stop the app's traffic.
        logging.Services.Configure<ConsoleLoggerOptions>(static console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite);
        if (isDevelopment)
        {
            logging.AddSimpleConsole(static console => console.SingleLine = true);
            return;
        }

        logging.AddConsole(static console => console.FormatterName = JsonLineFormatter.FormatterName);
        logging.Services.AddSingleton<ConsoleFormatter, JsonLineFormatter>();
    }
}
