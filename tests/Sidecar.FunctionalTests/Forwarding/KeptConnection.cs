using System.Globalization;
using Sidecar.FunctionalTests.Conformance;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>A client that keeps its connection, which most clients of a proxy do, and which alone gets the fast path.</summary>
internal sealed class KeptConnection : IAsyncDisposable
{
    /// <summary>A field that shows which way a request went: the server would have written it anew, with a blank.</summary>
    public const string Way = "Way:fast\r\n";

    private readonly RawConnection connection;
    private readonly List<string> methods = [];

    private KeptConnection(RawConnection connection) => this.connection = connection;

    /// <summary>Everything that came so far.</summary>
    public string Received => connection.Received;

    public static async Task<KeptConnection> OpenAsync(Uri server) => new(await RawConnection.OpenAsync(server));

    /// <summary>An app that says what it was asked, and which way it came.</summary>
    public static FramedApp TellingApp() => new()
    {
        Answer = static request =>
        {
            var body = $"{request.Line.Split(' ')[1]} {(request.Head.Contains(Way, StringComparison.Ordinal) ? "fast" : "served")} {request.Body.Length}";
            return string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nTold: {body}\r\n\r\n{(request.Line.StartsWith("HEAD ", StringComparison.Ordinal) ? "" : body)}");
        },
    };

    /// <summary>A request with a field that tells its way.</summary>
    /// <param name="line">Method and target.</param>
    /// <param name="fields">Further lines.</param>
    /// <param name="body">The body; null for none.</param>
    public static string Request(string line, string fields = "", string? body = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{line} HTTP/1.1\r\nHost: a\r\n{Way}{fields}{(body is null ? "" : $"Content-Length: {body.Length}\r\n")}\r\n{body}");

    /// <summary>What a client says next, as an app reads it: down to the empty line.</summary>
    public static async Task<string> HeadAsync(Stream stream, CancellationToken cancellation)
    {
        var (head, one) = ("", new byte[1]);
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, cancellation);
            head += (char)one[0];
        }

        return head;
    }

    /// <summary>Sends bytes, whatever they are.</summary>
    public Task SendAsync(string text) => connection.SendAsync(text);

    /// <summary>The next answer.</summary>
    /// <param name="method">What was asked.</param>
    public async Task<WireMessage> AnswerAsync(string method)
    {
        methods.Add(method);
        await connection.ReadUntilAsync(received => Finals(received).Count >= methods.Count, $"answer {methods.Count}");
        return Finals(Received)[methods.Count - 1];
    }

    /// <summary>Sends a request and reads its answer.</summary>
    public async Task<WireMessage> AskAsync(string line, string fields = "", string? body = null)
    {
        await SendAsync(Request(line, fields, body));
        return await AnswerAsync(line.Split(' ')[0]);
    }

    public Task ReadUntilAsync(string end) => connection.ReadUntilAsync(end);

    /// <summary>Everything, when the other side has closed the connection.</summary>
    public Task<string> ReadToEndAsync() => connection.ReadToEndAsync();

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private List<WireMessage> Finals(string received) =>
        [.. WireReader.Answers(received, methods, hasEnded: false).Where(static answer => answer is { IsInterim: false, IsComplete: true })];
}
