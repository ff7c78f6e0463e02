using System.Net;
using System.Text;

namespace Sidecar.Upstream;

/// <summary>How far a scan has come.</summary>
internal enum ScanResult
{
    /// <summary>Undecided: more bytes are needed.</summary>
    NeedsMore,

    /// <summary>The end of the head is found.</summary>
    Found,

    /// <summary>This is no document, or none that can be read safely.</summary>
    Hopeless,
}

/// <summary>
/// Finds where a document's head ends: before <c>&lt;/head&gt;</c>, or before the first thing that no head holds, because the tag
/// may be left out. It reads tokens as a browser does, always from the start of one, so that it does not matter in which pieces
/// the bytes come.
/// </summary>
internal sealed class DocumentScanner
{
    private static readonly string[] OfTheHead = ["link", "meta", "bgsound", "basefont"];
    private static readonly string[] RawText = ["script", "style", "title", "noscript", "noframes"];

    private const int Unended = -1;
    private const int Unsafe = -2;

    private readonly List<string> _policies = [];
    private int _position;

    private static ReadOnlySpan<byte> Space => " \t\r\n\f"u8;

    /// <summary>Where the head ends, once it is found.</summary>
    public int Position => _position;

    /// <summary>Whether the bytes say that they are a document, and no fragment or text.</summary>
    public bool IsDocument { get; private set; }

    /// <summary>The security policies that the head itself declares.</summary>
    public IReadOnlyList<string> Policies => _policies;

    /// <summary>Whether a <c>base</c> element sends relative addresses somewhere else.</summary>
    public bool HasForeignBase { get; private set; }

    /// <param name="bytes">The document from its first byte on; each call with at least the bytes of the last one.</param>
    /// <param name="isWhole">Whether that is all of it.</param>
    public ScanResult Scan(ReadOnlySpan<byte> bytes, bool isWhole)
    {
        while (true)
        {
            var text = bytes[_position..];
            if (_position == 0 && (text.StartsWith((byte)0xFE) || text.StartsWith((byte)0xFF)))
            {
                // UTF-16.
                return ScanResult.Hopeless;
            }

            var skipped = SpaceBefore(text, _position == 0);
            if (skipped < 0 || (skipped == text.Length && !isWhole))
            {
                return isWhole ? ScanResult.Hopeless : ScanResult.NeedsMore;
            }

            if (skipped == text.Length || text[skipped] != '<')
            {
                return End(skipped);
            }

            var length = Token(text[skipped..], out var endsHead);
            if (endsHead)
            {
                return End(skipped);
            }

            if (length < 0)
            {
                return isWhole || length == Unsafe ? ScanResult.Hopeless : ScanResult.NeedsMore;
            }

            _position += skipped + length;
        }
    }

    private ScanResult End(int skipped)
    {
        _position += skipped;
        return IsDocument ? ScanResult.Found : ScanResult.Hopeless;
    }

    /// <summary>The length of white space, with a byte order mark where the document begins; negative while that cannot be told.</summary>
    private static int SpaceBefore(ReadOnlySpan<byte> text, bool atStart)
    {
        var mark = 0;
        if (atStart && text.Length > 0 && text[0] == 0xEF)
        {
            if (text.Length < 3)
            {
                return -1;
            }

            mark = text.StartsWith("\uFEFF"u8) ? 3 : 0;
        }

        var end = text[mark..].IndexOfAnyExcept(Space);
        return end < 0 ? text.Length : mark + end;
    }

    /// <summary>The length of the token; negative while its end is not there, or where it cannot be told.</summary>
    private int Token(ReadOnlySpan<byte> text, out bool endsHead)
    {
        endsHead = false;
        if (text.Length < 2)
        {
            return Unended;
        }

        if (text[1] is (byte)'!' or (byte)'?')
        {
            return Declaration(text);
        }

        if (HtmlTag.Read(text) is not { } tag)
        {
            return Unended;
        }

        // A bare `<` is text, and text ends a head. Closing tags of anything else mean nothing here.
        var isEnd = text[1] == '/';
        endsHead = tag.Name.Length == 0 || (isEnd && tag.Name == "head" && IsDocument);
        return endsHead || isEnd ? tag.Length : StartTag(text, tag, out endsHead);
    }

    private int StartTag(ReadOnlySpan<byte> text, HtmlTag tag, out bool endsHead)
    {
        endsHead = false;
        switch (tag.Name)
        {
            case "html" or "head":
                IsDocument = true;
                return tag.Length;
            case "base":
                HasForeignBase |= IsForeign(tag["href"] ?? "");
                return tag.Length;
            case "meta" when string.Equals(tag["http-equiv"]?.Trim(), "content-security-policy", StringComparison.OrdinalIgnoreCase):
                _policies.Add(tag["content"] ?? "");
                return tag.Length;
            case var name when OfTheHead.Contains(name):
                return tag.Length;
            case var name when RawText.Contains(name):
                var inside = RawTextLength(text[tag.Length..], name);
                return inside < 0 ? inside : tag.Length + inside;
            default:
                // A template, too, though a head may have it: what it holds could be anything.
                endsHead = true;
                return 0;
        }
    }

    private int Declaration(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("<!--"u8))
        {
            var close = text.IndexOf((byte)'>');
            if ("<!--"u8.StartsWith(text) || close < 0)
            {
                return Unended;
            }

            IsDocument |= IsDoctype(text[..close]);
            return close + 1;
        }

        var body = text[4..];
        if (body.StartsWith((byte)'>'))
        {
            return 5;
        }

        if (body.StartsWith("->"u8))
        {
            return 6;
        }

        var plain = body.IndexOf("-->"u8);
        var odd = body.IndexOf("--!>"u8);
        return odd >= 0 && (plain < 0 || odd < plain) ? 4 + odd + 4 : plain >= 0 ? 4 + plain + 3 : Unended;
    }

    private static bool IsDoctype(ReadOnlySpan<byte> declaration) =>
        declaration.Length > 9
        && Ascii.EqualsIgnoreCase(declaration[..9], "<!doctype"u8)
        && declaration[9..].TrimStart(Space) is { Length: >= 4 } name
        && Ascii.EqualsIgnoreCase(name[..4], "html"u8);

    /// <summary>The length of an element's text with its closing tag.</summary>
    private static int RawTextLength(ReadOnlySpan<byte> text, string name)
    {
        for (var at = text.IndexOf("</"u8); at >= 0 && at + 2 + name.Length < text.Length;)
        {
            var rest = text[(at + 2)..];
            if (Ascii.EqualsIgnoreCase(rest[..name.Length], name) && (Space.Contains(rest[name.Length]) || rest[name.Length] is (byte)'/' or (byte)'>'))
            {
                return name == "script" && HidesScript(text[..at]) ? Unsafe : HtmlTag.Read(text[at..]) is { } close ? at + close.Length : Unended;
            }

            var next = rest.IndexOf("</"u8);
            at = next < 0 ? -1 : at + 2 + next;
        }

        return Unended;
    }

    /// <summary>Whether a script holds a comment that holds a script: such a one does not end at the first closing tag.</summary>
    private static bool HidesScript(ReadOnlySpan<byte> script) =>
        script.IndexOf("<!--"u8) is >= 0 and var comment && Encoding.Latin1.GetString(script[comment..]).Contains("<script", StringComparison.OrdinalIgnoreCase);

    private static bool IsForeign(string address) =>
        WebUtility.HtmlDecode(address).Trim() is var text
        && (text.StartsWith("//", StringComparison.Ordinal) || text.StartsWith('\\') || text.StartsWith("/\\", StringComparison.Ordinal) || text.AsSpan().IndexOfAny(':', '/') is var at and >= 0 && text[at] == ':');
}
