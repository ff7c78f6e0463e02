using System.Diagnostics;
using System.Text.Json;
using CsCheck;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Hosting;

namespace Sidecar.Tests.Hosting;

public sealed class JsonLineFormatterTests
{
    [Fact]
    public void Write_Event_HasItsFieldsAtTheTop()
    {
        var line = Parse(Write([new("address_hash", "abc"), new("limit", 60), new("{OriginalFormat}", "{x}")], "hello"));

        Assert.Equal(("warning", "Sidecar.Mail", "hello"), (Text(line, "level"), Text(line, "category"), Text(line, "message")));
        Assert.Equal(("abc", "60"), (Text(line, "address_hash"), Text(line, "limit")));
        Assert.False(line.TryGetProperty("{OriginalFormat}", out _));
        Assert.True(DateTimeOffset.TryParse(Text(line, "timestamp"), null, out _));
    }

    [Fact]
    public void Write_FieldNamedLikeOneOfOurs_DoesNotReplaceIt()
    {
        var line = Write([new("message", "forged"), new("level", "forged"), new("exception", "forged")], "hello");

        Assert.DoesNotContain("forged", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ExceptionOfManyLines_StaysOnOne()
    {
        var line = Parse(Write([], "failed", new InvalidOperationException("first\r\nsecond\u2028third")));

        Assert.Contains("first\r\nsecond\u2028third", Text(line, "exception"), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_WithinATrace_NamesItUnlessTheEventDid()
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(activity.TraceId.ToString(), Text(Parse(Write([], "a")), "trace_id"));
        Assert.Equal("own", Text(Parse(Write([new("trace_id", "own")], "a")), "trace_id"));
    }

    [Fact]
    public void Write_Anything_IsOneLineOfValidJson()
    {
        var text = Gen.String[Gen.OneOf(Gen.Char, Gen.Int[0, 7].Select(static i => "\n\r\"\\\u2028\uD800\uDC00\0"[i])), 0, 20];
        Gen.Select(text, text, text.Null()).Sample(static (message, name, value) => Parse(Write([new(name, value)], message)).ValueKind == JsonValueKind.Object);
    }

    [Fact]
    public void Write_AuditEvent_IsRead()
    {
        var line = Parse(Write(new AuditEvent("recovery.step", "recovery", "verify", "locked", "", "", "", default), "said"));

        Assert.Equal(("recovery.step", "locked"), (Text(line, "event"), Text(line, "outcome")));
    }

    private static string Write(IReadOnlyList<KeyValuePair<string, object?>> fields, string message, Exception? error = null)
    {
        using var writer = new StringWriter();
        var entry = new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(LogLevel.Warning, "Sidecar.Mail", default, fields, error, (_, _) => message);
        new JsonLineFormatter().Write(in entry, null, writer);
        return writer.ToString();
    }

    private static JsonElement Parse(string written)
    {
        Assert.Equal(written.Length - 1, written.IndexOf('\n', StringComparison.Ordinal));
        return JsonDocument.Parse(written).RootElement;
    }

    private static string? Text(JsonElement line, string name) => line.GetProperty(name).GetString();
}
