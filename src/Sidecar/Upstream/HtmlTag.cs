using System.Net;
using System.Text;

namespace Sidecar.Upstream;

/// <summary>A start or end tag as browsers read it: quotes hide what stands in them, the first of two equal attributes counts.</summary>
internal sealed class HtmlTag
{
    private readonly Dictionary<string, string> _attributes = new(StringComparer.OrdinalIgnoreCase);

    private HtmlTag(string name) => Name = name;

    /// <summary>In lower case; empty when the text is none.</summary>
    public string Name { get; }

    /// <summary>How many bytes it takes.</summary>
    public int Length { get; private set; }

    /// <summary>An attribute's value, its character references resolved; null without the attribute.</summary>
    public string? this[string name] => _attributes.TryGetValue(name, out var value) ? WebUtility.HtmlDecode(value) : null;

    /// <param name="text">What begins with <c>&lt;</c>.</param>
    /// <returns>Null while the end is not there.</returns>
    public static HtmlTag? Read(ReadOnlySpan<byte> text)
    {
        var at = text.Length > 1 && text[1] == '/' ? 2 : 1;
        if (at >= text.Length)
        {
            return null;
        }

        if (!char.IsAsciiLetter((char)text[at]))
        {
            return new("");
        }

        var end = at;
        while (end < text.Length && !EndsName(text[end]))
        {
            end++;
        }

        var tag = new HtmlTag(Encoding.Latin1.GetString(text[at..end]).ToLowerInvariant());
        return tag.ReadAttributes(text, end) ? tag : null;
    }

    private bool ReadAttributes(ReadOnlySpan<byte> text, int at)
    {
        while (true)
        {
            while (at < text.Length && (IsSpace(text[at]) || text[at] == '/'))
            {
                at++;
            }

            if (at >= text.Length)
            {
                return false;
            }

            if (text[at] == '>')
            {
                Length = at + 1;
                return true;
            }

            var start = at++;
            while (at < text.Length && !EndsName(text[at]) && text[at] != '=')
            {
                at++;
            }

            var name = Encoding.Latin1.GetString(text[start..at]);
            if (!ReadValue(text, ref at, out var value))
            {
                return false;
            }

            _attributes.TryAdd(name, value);
        }
    }

    private static bool ReadValue(ReadOnlySpan<byte> text, ref int at, out string value)
    {
        value = "";
        while (at < text.Length && IsSpace(text[at]))
        {
            at++;
        }

        if (at >= text.Length || text[at] != '=')
        {
            return at < text.Length;
        }

        at++;
        while (at < text.Length && IsSpace(text[at]))
        {
            at++;
        }

        if (at >= text.Length)
        {
            return false;
        }

        var start = at;
        if (text[at] is (byte)'"' or (byte)'\'')
        {
            var length = text[(at + 1)..].IndexOf(text[at]);
            value = length < 0 ? "" : Encoding.Latin1.GetString(text.Slice(at + 1, length));
            at += length + 2;
            return length >= 0;
        }

        while (at < text.Length && !IsSpace(text[at]) && text[at] != '>')
        {
            at++;
        }

        value = Encoding.Latin1.GetString(text[start..at]);
        return at < text.Length;
    }

    private static bool EndsName(byte letter) => IsSpace(letter) || letter is (byte)'/' or (byte)'>';

    private static bool IsSpace(byte letter) => letter is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'\f';
}
