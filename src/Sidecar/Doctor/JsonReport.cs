using System.Text;
using System.Text.Json;

namespace Sidecar.Doctor;

/// <summary>The list as one JSON document.</summary>
internal static class JsonReport
{
    /// <param name="results">All lines.</param>
    /// <param name="status">How it is on the whole.</param>
    /// <param name="transcripts">The dialogues, where they were asked for.</param>
    public static string Write(IReadOnlyList<CheckResult> results, CheckStatus status, IReadOnlyList<(string Relay, IReadOnlyList<string> Lines)>? transcripts)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("status", Name(status));
            json.WriteStartArray("checks");
            foreach (var result in results)
            {
                Write(json, result);
            }

            json.WriteEndArray();
            if (transcripts is not null)
            {
                Write(json, transcripts);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Write(Utf8JsonWriter json, CheckResult result)
    {
        json.WriteStartObject();
        json.WriteString("name", result.Name);
        json.WriteString("target", result.Target);
        json.WriteString("status", Name(result.Status));
        json.WriteString("detail", result.Finding.Detail);
        json.WriteString("hint", result.Finding.Hint);
        json.WriteNumber("duration_ms", Math.Round(result.Duration.TotalMilliseconds, 1));
        json.WriteStartObject("data");
        foreach (var (name, value) in result.Finding.Data)
        {
            json.WritePropertyName(name);
            Write(json, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case bool flag:
                json.WriteBooleanValue(flag);
                break;
            case int number:
                json.WriteNumberValue(number);
                break;
            case double number:
                json.WriteNumberValue(number);
                break;
            case string[] list:
                json.WriteStartArray();
                foreach (var item in list)
                {
                    json.WriteStringValue(item);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<(string Relay, IReadOnlyList<string> Lines)> transcripts)
    {
        json.WriteStartArray("transcript");
        foreach (var (relay, lines) in transcripts)
        {
            json.WriteStartObject();
            json.WriteString("relay", relay);
            json.WritePropertyName("lines");
            Write(json, lines.ToArray());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Name(CheckStatus status) => status switch
    {
        CheckStatus.Ok => "ok",
        CheckStatus.Warning => "warning",
        CheckStatus.Failed => "failed",
        _ => "skipped",
    };
}
