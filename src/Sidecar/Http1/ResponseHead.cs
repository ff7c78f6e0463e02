using System.Buffers.Text;
using System.Text;

namespace Sidecar.Http1;

/// <summary>How far the bytes of a head go.</summary>
internal enum HeadResult
{
    /// <summary>The end has not come yet.</summary>
    Incomplete,
    Whole,

    /// <summary>No answer of HTTP/1, or one that could be read in two ways.</summary>
    Bad,
}

/// <summary>The head of an answer, and where its body ends. Fields are kept as they came, each on its own.</summary>
internal sealed class ResponseHead
{
    /// <summary>More than servers write; whoever sends more sends something else.</summary>
    public const int MostBytes = 64 * 1024;

    private List<KeyValuePair<string, string>> _last = new(16);
    private bool _hasCodings;

    private static ReadOnlySpan<byte> Beginning => "HTTP/1."u8;

    public int Status { get; private set; }

    public string Reason { get; private set; } = "";

    public List<KeyValuePair<string, string>> Fields { get; private set; } = new(16);

    /// <summary><c>Content-Length</c>; null where there is none, or chunks make it void.</summary>
    public long? Length { get; private set; }

    public bool IsChunked { get; private set; }

    /// <summary>Whether the server keeps the connection open behind the answer.</summary>
    public bool KeepsAlive { get; private set; }

    /// <summary>What <c>Connection</c> names, which is for this connection alone; null without it, or where it names nothing.</summary>
    public string? Connection { get; private set; }

    /// <summary>Reads a head from the first of the bytes received.</summary>
    /// <param name="bytes">What has come so far.</param>
    /// <param name="length">How many of them are the head, once it is whole.</param>
    public HeadResult Read(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        var rest = bytes;
        if (!TryCutLine(ref rest, out var line))
        {
            // What does not begin like one never becomes one; there is no waiting for its line to end.
            return bytes.Length < MostBytes && bytes.StartsWith(Beginning[..Math.Min(bytes.Length, Beginning.Length)]) ? HeadResult.Incomplete : HeadResult.Bad;
        }

        if (!ReadStatus(line))
        {
            return HeadResult.Bad;
        }

        if (rest.IndexOf("\n\r\n"u8) < 0 && rest.IndexOf("\n\n"u8) < 0 && !rest.StartsWith("\r\n"u8) && !rest.StartsWith("\n"u8))
        {
            return bytes.Length < MostBytes ? HeadResult.Incomplete : HeadResult.Bad;
        }

        Reset();
        while (TryCutLine(ref rest, out line))
        {
            if (line.IsEmpty)
            {
                length = bytes.Length - rest.Length;
                return length <= MostBytes && IsConsistent() ? HeadResult.Whole : HeadResult.Bad;
            }

            if (!ReadField(line))
            {
                return HeadResult.Bad;
            }
        }

        return HeadResult.Bad;
    }

    private static bool TryCutLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        var end = rest.IndexOf((byte)'\n');
        if (end < 0)
        {
            line = default;
            return false;
        }

        line = end > 0 && rest[end - 1] == '\r' ? rest[..(end - 1)] : rest[..end];
        rest = rest[(end + 1)..];
        return true;
    }

    private void Reset()
    {
        (Fields, _last) = (_last, Fields);
        Fields.Clear();
        (Length, IsChunked, Connection, _hasCodings) = (null, false, null, false);
    }

    /// <summary><c>HTTP/1.1 200 OK</c>; the reason may be missing, with its space or without.</summary>
    private bool ReadStatus(ReadOnlySpan<byte> line)
    {
        if (line.Length < 12 || !line.StartsWith(Beginning) || line[7] is < (byte)'0' or > (byte)'9' || line[8] != ' '
            || !Utf8Parser.TryParse(line.Slice(9, 3), out int status, out var digits) || digits != 3 || status < 100 || (line.Length > 12 && line[12] != ' ')
            || HttpText.HasControls(line))
        {
            return false;
        }

        Status = status;
        KeepsAlive = line[7] != '0';
        Reason = line.Length > 13 ? HttpText.NameOf(line[13..]) : "";
        return true;
    }

    private bool ReadField(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        if (colon <= 0 || !HttpText.IsToken(line[..colon]) || HttpText.HasControls(line[(colon + 1)..]))
        {
            return false;
        }

        var name = HttpText.NameOf(line[..colon]);
        var value = ValueOf(line[(colon + 1)..].Trim(" \t"u8));
        Fields.Add(new(name, value));
        return name.Length switch
        {
            10 when name.Equals("Connection", StringComparison.OrdinalIgnoreCase) => AddConnection(value),
            14 when name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) => SetLength(line[(colon + 1)..].Trim(" \t"u8)),
            17 when name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase) => SetCodings(value),
            _ => true,
        };
    }

    /// <summary>A server says much the same with every answer; what the last one had at this place need not be made again.</summary>
    private string ValueOf(ReadOnlySpan<byte> value) =>
        Fields.Count < _last.Count && _last[Fields.Count].Value is var last && Ascii.Equals(value, last) ? last : HttpText.Of(value);

    private bool AddConnection(string value)
    {
        if (!value.Equals("keep-alive", StringComparison.OrdinalIgnoreCase))
        {
            Connection = Connection is null ? value : Connection + "," + value;
            KeepsAlive &= !HttpText.HasWord(value, "close");
        }

        return true;
    }

    /// <summary>Digits and nothing else; a second one must say the same.</summary>
    private bool SetLength(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value.ContainsAnyExceptInRange((byte)'0', (byte)'9') || !Utf8Parser.TryParse(value, out long length, out var count) || count != value.Length || (Length is { } other && other != length))
        {
            return false;
        }

        Length = length;
        return true;
    }

    /// <summary>Other codings than chunks would have to be taken off, which nobody here does.</summary>
    private bool SetCodings(string value)
    {
        if (_hasCodings || !value.Equals("chunked", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        _hasCodings = IsChunked = true;
        return true;
    }

    /// <summary>Chunks make a length void, but a server that sends both is not asked again on that connection.</summary>
    private bool IsConsistent()
    {
        if (IsChunked && Length is not null)
        {
            Length = null;
            KeepsAlive = false;
        }

        return true;
    }
}
