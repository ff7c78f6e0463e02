namespace Sidecar.FunctionalTests.Conformance;

internal enum Side
{
    Client,
    App,
}

internal enum Act
{
    /// <summary>Says the bytes at once.</summary>
    Send,

    /// <summary>Says them one at a time, each in a segment of its own.</summary>
    Dribble,

    /// <summary>Says several requests at once, though the other side may get them one by one.</summary>
    Pipeline,

    /// <summary>Says something that the other side need not get.</summary>
    Mutter,

    /// <summary>Says that no more will be said, and goes on listening.</summary>
    HalfClose,

    /// <summary>Says goodbye.</summary>
    Close,

    /// <summary>Is gone, as a process that is killed with bytes unread.</summary>
    Reset,

    /// <summary>Must see the other side's end.</summary>
    SeeEnd,
}

/// <summary>One turn of an exchange.</summary>
/// <param name="Side">Whose turn it is.</param>
/// <param name="Act">What that side does.</param>
/// <param name="Bytes">What it says, one character a byte.</param>
internal sealed record Step(Side Side, Act Act, string Bytes = "");

/// <summary>
/// What a client and an app say to each other, turn by turn: nobody takes a turn before the other side has the whole of the one
/// before, so that an exchange also tells whether anything is held back on the way.
/// </summary>
/// <param name="Name">Short, and the only one of its kind.</param>
/// <param name="Steps">The turns.</param>
internal sealed record Exchange(string Name, params Step[] Steps)
{
    /// <summary>The Host of every exchange: it is no address, so it is the same with and without a sidecar.</summary>
    public const string Host = "app.example:8443";

    public static Step Client(string bytes) => new(Side.Client, Act.Send, bytes);

    public static Step App(string bytes) => new(Side.App, Act.Send, bytes);

    /// <summary>A request and an answer.</summary>
    public static Exchange Of(string name, string request, string answer) => new(name, Client(request), App(answer));

    /// <summary>A head with Host and these lines, and what follows it.</summary>
    public static string Request(string line, IEnumerable<string> headers, string body = "") =>
        $"{line} HTTP/1.1\r\n{string.Concat(headers.Prepend("Host: " + Host).Select(static header => header + "\r\n"))}\r\n{body}";

    public static string Get(params string[] headers) => Request("GET /x", headers);

    /// <summary>An answer with a Date, which every server gives, and these lines.</summary>
    public static string Answer(string status, IEnumerable<string> headers, string body = "") =>
        $"HTTP/1.1 {status}\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n{string.Concat(headers.Select(static header => header + "\r\n"))}\r\n{body}";

    public static string Ok(string body = "ok", params string[] headers) =>
        Answer("200 OK", headers.Append(FormattableString.Invariant($"Content-Length: {body.Length}")), body);

    public override string ToString() => Name;
}
