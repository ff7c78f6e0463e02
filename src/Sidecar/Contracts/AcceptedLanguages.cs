using System.Globalization;
using Microsoft.Extensions.Primitives;
using Sidecar.Mail;

namespace Sidecar.Contracts;

/// <summary>
/// Reads <c>Accept-Language</c> (RFC 9110, 12.5.4). Anybody may write anything there, so only the beginning is read and only
/// what has the form of a tag is kept.
/// </summary>
internal static class AcceptedLanguages
{
    /// <summary>Browsers send fewer than ten and some hundred characters at most.</summary>
    private const int MostRanges = 20;
    private const int MostCharacters = 500;

    /// <summary>The languages, the most wanted first; those refused by a weight of 0 are left out, and so is <c>*</c>.</summary>
    public static IReadOnlyList<string> Read(StringValues header)
    {
        var text = header.ToString();
        var ranges = text[..Math.Min(text.Length, MostCharacters)].Split(',', MostRanges + 1).Take(MostRanges);
        return [.. ranges.Select(Parse).Where(static range => range.Weight > 0).OrderByDescending(static range => range.Weight).Select(static range => range.Tag)];
    }

    private static (string Tag, double Weight) Parse(string range)
    {
        var parts = range.Split(';', 3, StringSplitOptions.TrimEntries);
        return !LanguageTag.IsTag(parts[0]) ? ("", 0)
            : parts.Length == 1 ? (parts[0], 1)
            : parts.Length == 2 && parts[1].StartsWith("q=", StringComparison.OrdinalIgnoreCase)
                && double.TryParse(parts[1].AsSpan(2), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) && weight <= 1 ? (parts[0], weight)
            : ("", 0);
    }
}
