using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Sidecar.Hosting;

/// <summary>
/// One JSON object a line, with the event's own fields at the top, where log collectors look for them; the framework's
/// formatter nests them.
/// </summary>
internal sealed class JsonLineFormatter() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "json-line";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("timestamp"u8, TimeProvider.System.GetUtcNow());
            writer.WriteString("level"u8, logEntry.LogLevel.ToString().ToLowerInvariant());
            writer.WriteString("category"u8, logEntry.Category);
            writer.WriteString("message"u8, logEntry.Formatter(logEntry.State, logEntry.Exception));
            var hasTrace = WriteFields(writer, logEntry.State);
            if (!hasTrace && Activity.Current is { } activity)
            {
                writer.WriteString("trace_id"u8, activity.TraceId.ToString());
            }

            if (logEntry.Exception is { } exception)
            {
                writer.WriteString("exception"u8, exception.ToString());
            }

            writer.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    /// <summary>Whether the event named its trace itself.</summary>
    private static bool WriteFields<TState>(Utf8JsonWriter writer, TState state)
    {
        var hasTrace = false;
        foreach (var (name, value) in state as IReadOnlyList<KeyValuePair<string, object?>> ?? [])
        {
            if (name is "{OriginalFormat}" or "timestamp" or "level" or "category" or "message" or "exception")
            {
                continue;
            }

            hasTrace |= name == "trace_id";
            writer.WriteString(name, value?.ToString());
        }

        return hasTrace;
    }
}
