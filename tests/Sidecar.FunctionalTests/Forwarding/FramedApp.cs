using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Sidecar.FunctionalTests.Hosting;

namespace Sidecar.FunctionalTests.Forwarding;

/// <summary>
/// An app that keeps its connections open and reads what comes over them to the letter: a request hidden in another one's
/// body would be read here as the next one, and what is not framed to the letter is kept as such.
/// </summary>
internal sealed class FramedApp : IAsyncDisposable
{
    private readonly ConcurrentQueue<FramedRequest> requests = [];
    private readonly ScriptedApp app;

    public FramedApp() => app = new(ServeAsync);

    public Uri Address => app.Address;

    /// <summary>What each is answered, one character a byte.</summary>
    public Func<FramedRequest, string> Answer { get; init; } = static _ => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    /// <summary>What came whole since the last time.</summary>
    public IReadOnlyList<FramedRequest> Take()
    {
        var taken = new List<FramedRequest>();
        while (requests.TryDequeue(out var request))
        {
            taken.Add(request);
        }

        return taken;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task ServeAsync(string head, NetworkStream stream, CancellationToken cancellation)
    {
        while (true)
        {
            var request = await ReadAsync(head, stream, cancellation);
            requests.Enqueue(request);
            await stream.WriteAsync(Encoding.Latin1.GetBytes(Answer(request)), cancellation);
            head = await ReadToAsync("\r\n\r\n", stream, cancellation);
        }
    }

    private static async Task<FramedRequest> ReadAsync(string head, NetworkStream stream, CancellationToken cancellation)
    {
        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var lengths = Values(lines, "Content-Length");
        var codings = Values(lines, "Transfer-Encoding");
        var isPlain = !head.Replace("\r\n", "", StringComparison.Ordinal).AsSpan().ContainsAny('\r', '\n', '\0')
            && lines.Skip(1).All(static line => line.Split(':')[0] is { Length: > 0 } name && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            && lengths.Count + codings.Count <= 1
            && lengths.All(static length => length.All(char.IsAsciiDigit))
            && codings.All(static coding => coding == "chunked");
        var body = lengths.Count > 0 ? await ReadAsync(int.Parse(lengths[0], CultureInfo.InvariantCulture), stream, cancellation)
            : codings.Count > 0 ? await ReadChunksAsync(stream, cancellation)
            : "";
        return new(lines[0], body, isPlain, head);
    }

    private static List<string> Values(string[] lines, string name) =>
        [.. lines.Where(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Select(static line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())];

    private static async Task<string> ReadChunksAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var body = new StringBuilder();
        while (int.Parse(await ReadToAsync("\r\n", stream, cancellation), NumberStyles.AllowHexSpecifier | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) is > 0 and var size)
        {
            body.Append(await ReadAsync(size, stream, cancellation));
            await ReadToAsync("\r\n", stream, cancellation);
        }

        // Trailers, of which there are none, and the empty line.
        await ReadToAsync("\r\n", stream, cancellation);
        return body.ToString();
    }

    private static async Task<string> ReadAsync(int count, NetworkStream stream, CancellationToken cancellation)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, cancellation);
        return Encoding.Latin1.GetString(bytes);
    }

    private static async Task<string> ReadToAsync(string end, NetworkStream stream, CancellationToken cancellation)
    {
        var text = "";
        while (!text.EndsWith(end, StringComparison.Ordinal))
        {
            text += await ReadAsync(1, stream, cancellation);
        }

        return text;
    }
}

/// <summary>A request as <see cref="FramedApp"/> read it.</summary>
/// <param name="Line">The request line.</param>
/// <param name="Body">The body, chunks joined.</param>
/// <param name="IsPlain">Whether no server could read its head in another way.</param>
/// <param name="Head">All of the head.</param>
internal sealed record FramedRequest(string Line, string Body, bool IsPlain, string Head);
