namespace Sidecar.FunctionalTests.Conformance;

internal enum Framing
{
    None,
    Length,
    Chunked,

    /// <summary>The end of the connection is the end of the body.</summary>
    UntilClose,

    /// <summary>No longer HTTP.</summary>
    Tunnel,
}

/// <summary>A request or an answer as far as it has come.</summary>
/// <param name="Line">The first line.</param>
/// <param name="Headers">Names as written, in the order they came; values without the space around them.</param>
/// <param name="Framing">How the body's end is told.</param>
/// <param name="Body">The body, chunks joined.</param>
/// <param name="Trailers">What followed the last chunk.</param>
/// <param name="IsComplete">Whether the end has come, in the way that the head announced.</param>
internal sealed record WireMessage(
    string Line,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    Framing Framing,
    string Body,
    IReadOnlyList<KeyValuePair<string, string>> Trailers,
    bool IsComplete)
{
    /// <summary>The status of an answer.</summary>
    public string Status => Line.Split(' ') is [_, var status, ..] ? status : "";

    /// <summary>Whether this is an answer that another one follows.</summary>
    public bool IsInterim => Line.StartsWith("HTTP/", StringComparison.Ordinal) && Status is ['1', ..] and not "101";

    public IReadOnlyList<string> Values(string name) =>
        [.. Headers.Where(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(static header => header.Value)];
}
