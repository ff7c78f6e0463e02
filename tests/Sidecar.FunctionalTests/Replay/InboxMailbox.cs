using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Replay;

/// <summary>The demo's inbox, read the way a newcomer's script would: <c>GET /api/messages</c>, newest first.</summary>
internal sealed partial class InboxMailbox(Uri inbox) : IMailbox
{
    public async Task<IReadOnlyList<ReceivedMail>> ReadAsync(CancellationToken cancellationToken)
    {
        var answer = await RawHttp.SendAsync(new(inbox, "GET", "/api/messages"), cancellationToken);
        return Read(JsonNode.Parse(answer.Body)!.AsArray());
    }

    internal static IReadOnlyList<ReceivedMail> Read(JsonArray messages) =>
        [.. messages.Reverse().Select(m => new ReceivedMail(Recipient(m!["to"]), Code((string?)m["text"])))];

    private static string Recipient(JsonNode? to) => to is JsonArray many ? string.Join(",", many.Select(one => (string)one!)) : (string)to!;

    private static string? Code(string? text) =>
        CapitalRun().Matches(text ?? "") is [var only] ? only.Value : null;

    [GeneratedRegex(@"(?<![A-Z])[A-Z]{8}(?![A-Z])")]
    private static partial Regex CapitalRun();
}
