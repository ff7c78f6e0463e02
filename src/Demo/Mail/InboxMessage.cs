using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sidecar.Demo.Mail;

/// <summary>A mail as the inbox's JSON shows it.</summary>
/// <param name="Id">Counts up; unique within one run.</param>
/// <param name="To">Whom the envelope named, separated by commas: what counts is where the mail went, not what its header says.</param>
/// <param name="Subject">Decoded.</param>
/// <param name="Text">The plain text part; empty when there is none.</param>
/// <param name="Html">The HTML part; empty when there is none.</param>
/// <param name="Headers">By name; the values of a repeated one on lines of their own.</param>
/// <param name="ReceivedAt">When the sink took it.</param>
internal sealed record InboxMessage(
    string Id,
    string To,
    string Subject,
    string Text,
    string Html,
    IReadOnlyDictionary<string, string> Headers,
    DateTimeOffset ReceivedAt);

[JsonSerializable(typeof(IReadOnlyList<InboxMessage>))]
internal sealed partial class InboxJson : JsonSerializerContext
{
    /// <summary>Few escapes, so that grep finds in the JSON what stands in the mail, and nothing more: <c>\u003C</c> before a code would lengthen its run of capitals.</summary>
    public static InboxJson Plain { get; } = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    });
}
