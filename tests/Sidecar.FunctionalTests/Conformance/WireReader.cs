using System.Globalization;

namespace Sidecar.FunctionalTests.Conformance;

/// <summary>Reads one side of a connection to the letter, and changes nothing: no library that would put right what is to be seen.</summary>
internal sealed class WireReader
{
    private readonly string _text;
    private int _at;

    private WireReader(string text) => _text = text;

    /// <summary>The requests in what a client said, the last one perhaps in parts.</summary>
    public static IReadOnlyList<WireMessage> Requests(string said) => Messages(said, static (head, _) => FramingOfRequest(head), hasEnded: false);

    /// <summary>The answers, interim ones too, in what an app said.</summary>
    /// <param name="said">Everything that came.</param>
    /// <param name="methods">The methods of the requests, which decide what may follow a head.</param>
    /// <param name="hasEnded">Whether the other side closed its end in an orderly way.</param>
    public static IReadOnlyList<WireMessage> Answers(string said, IReadOnlyList<string> methods, bool hasEnded) =>
        Messages(said, (head, index) => FramingOfAnswer(head, index < methods.Count ? methods[index] : "GET"), hasEnded);

    private static List<WireMessage> Messages(string said, Func<WireMessage, int, Framing> framing, bool hasEnded)
    {
        var reader = new WireReader(said);
        var messages = new List<WireMessage>();
        var finals = 0;
        while (reader.Head() is { } head)
        {
            var message = reader.Body(head with { Framing = framing(head, finals) }, hasEnded);
            messages.Add(message);
            finals += message.IsInterim ? 0 : 1;
            if (!message.IsComplete)
            {
                break;
            }
        }

        return messages;
    }

    private static Framing FramingOfRequest(WireMessage head) =>
        head.Values("Upgrade").Count > 0 ? Framing.Tunnel
        : head.Values("Transfer-Encoding").Count > 0 ? Framing.Chunked
        : head.Values("Content-Length").Count > 0 ? Framing.Length
        : Framing.None;

    private static Framing FramingOfAnswer(WireMessage head, string method) =>
        head.Status == "101" ? Framing.Tunnel
        : method == "HEAD" || head.Status is "204" or "304" or ['1', ..] ? Framing.None
        : head.Values("Transfer-Encoding").Count > 0 ? Framing.Chunked
        : head.Values("Content-Length").Count > 0 ? Framing.Length
        : Framing.UntilClose;

    private WireMessage? Head()
    {
        // A line more between two messages is to be passed over (RFC 9112, 2.2).
        while (_text.AsSpan(_at).StartsWith("\r\n"))
        {
            _at += 2;
        }

        var end = _text.IndexOf("\r\n\r\n", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var lines = _text[_at..end].Split("\r\n");
        _at = end + 4;
        return new(lines[0], Fields(lines[1..]), Framing.None, "", [], IsComplete: false);
    }

    private WireMessage Body(WireMessage head, bool hasEnded)
    {
        switch (head.Framing)
        {
            case Framing.None:
                return head with { IsComplete = true };
            case Framing.Length:
                // What cannot be read has no end.
                var length = int.TryParse(head.Values("Content-Length")[0], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : int.MaxValue;
                var body = Take(length);
                return head with { Body = body, IsComplete = body.Length == length };
            case Framing.Chunked:
                return Chunks(head);
            default:
                return head with { Body = Take(int.MaxValue), IsComplete = hasEnded };
        }
    }

    private WireMessage Chunks(WireMessage head)
    {
        var body = "";
        while (Line() is { } line)
        {
            if (!int.TryParse(line.Split(';')[0].Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var size))
            {
                break;
            }

            if (size == 0)
            {
                var trailers = new List<string>();
                while (Line() is { } trailer)
                {
                    if (trailer.Length == 0)
                    {
                        return head with { Body = body, Trailers = Fields(trailers), IsComplete = true };
                    }

                    trailers.Add(trailer);
                }

                break;
            }

            var chunk = Take(size);
            body += chunk;
            if (chunk.Length < size || Line() is not "")
            {
                break;
            }
        }

        return head with { Body = body };
    }

    private string? Line()
    {
        var end = _text.IndexOf("\r\n", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        var line = _text[_at..end];
        _at = end + 2;
        return line;
    }

    private string Take(int count)
    {
        var taken = _text.Substring(_at, Math.Min(count, _text.Length - _at));
        _at += taken.Length;
        return taken;
    }

    private static List<KeyValuePair<string, string>> Fields(IEnumerable<string> lines) =>
        [.. lines.Select(static line => line.Split(':', 2)).Select(static parts => KeyValuePair.Create(parts[0], parts.Length > 1 ? parts[1].Trim(' ', '\t') : ""))];
}
