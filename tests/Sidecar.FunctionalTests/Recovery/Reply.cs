using System.Globalization;
using System.Text.Json.Nodes;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Recovery;

/// <summary>One answer, as the tests speak of it.</summary>
internal sealed record Reply(RawResponse Raw, TimeSpan Took)
{
    public int Status => Raw.Status;

    public bool IsPicture => Header("Content-Type")?.StartsWith("image/", StringComparison.Ordinal) == true;

    public JsonNode? Json => IsPicture || Raw.Body.Length == 0 ? null : JsonNode.Parse(Raw.Body);

    public int? Code => (int?)Json?["code"];

    /// <summary>The body's code and message, such as <c>10 expired otp</c>; <c>picture</c> for one.</summary>
    public string Words => IsPicture ? "picture" : string.Create(CultureInfo.InvariantCulture, $"{Code} {(string?)Json?["message"]}");

    public string? Ticket => Header("Sidecar-Ticket");

    public string? Header(string name) => Raw.Value(name);

    /// <summary>The one cookie of ours that this answer sets, as written.</summary>
    public string? Cookie => Raw.Values("Set-Cookie").SingleOrDefault(static c => c.Contains("sidecar-flow=", StringComparison.Ordinal));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Status} {Words}");
}
