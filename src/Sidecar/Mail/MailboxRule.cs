using System.Globalization;
using System.Text;

namespace Sidecar.Mail;

/// <summary>
/// What may stand in a header or in the relay's dialogue as an address. Stricter than the RFCs on purpose: no quoted local
/// parts, no comments, no routes; beyond ASCII only letters, marks and digits, so that no spelling can name a second recipient
/// or turn the text around.
/// </summary>
internal static class MailboxRule
{
    private const int LongestLocalPart = 64;
    private const int LongestAddress = 254;

    // Without ICU this maps by Punycode alone: no letter ever becomes another, so no domain becomes somebody else's.
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>Whether this is an address in plain ASCII, an international domain written as its A-label.</summary>
    public static bool Accepts(string address) => Ascii.IsValid(address) && OnTheWire(address) is not null;

    /// <summary>
    /// The address as a relay is given it: the domain as its A-label, which every relay can route, the local part as it is,
    /// which beyond ASCII needs SMTPUTF8 (where the domain is then written in letters again). Null for what is no address.
    /// </summary>
    public static string? OnTheWire(string address)
    {
        var at = address.LastIndexOf('@');
        if (at <= 0 || !IsLocalPart(address.AsSpan(0, at)) || ALabels(address[(at + 1)..]) is not { } domain || !IsDomain(domain))
        {
            return null;
        }

        // Lengths are octets.
        return Encoding.UTF8.GetByteCount(address.AsSpan(0, at)) is var local and <= LongestLocalPart && local + 1 + domain.Length <= LongestAddress
            ? string.Concat(address.AsSpan(0, at), "@", domain)
            : null;
    }

    /// <summary>Whether a relay needs SMTPUTF8 for this address as it goes over the wire.</summary>
    public static bool NeedsSmtpUtf8(string onTheWire) => !Ascii.IsValid(onTheWire);

    private static bool IsLocalPart(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!(rune.IsAscii ? char.IsAsciiLetterOrDigit((char)rune.Value) || "!#$%&'*+-/=?^_`{|}~.".Contains((char)rune.Value, StringComparison.Ordinal) : IsWordly(rune)))
            {
                return false;
            }
        }

        return text[0] != '.' && text[^1] != '.' && text.IndexOf("..") < 0;
    }

    /// <summary>Letters, marks and digits of any script; no controls of direction, no spaces, no half characters.</summary>
    private static bool IsWordly(Rune rune) => Rune.GetUnicodeCategory(rune) <= UnicodeCategory.OtherNumber;

    private static string? ALabels(string domain)
    {
        if (Ascii.IsValid(domain))
        {
            return domain;
        }

        foreach (var rune in domain.EnumerateRunes())
        {
            if (!(rune.IsAscii ? char.IsAsciiLetterOrDigit((char)rune.Value) || rune.Value is '-' or '.' : IsWordly(rune)))
            {
                return null;
            }
        }

        try
        {
            return Idn.GetAscii(domain.ToLowerInvariant());
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool IsDomain(ReadOnlySpan<char> text)
    {
        foreach (var range in text.Split('.'))
        {
            var label = text[range];
            if (label.Length is 0 or > 63 || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            foreach (var letter in label)
            {
                if (!char.IsAsciiLetterOrDigit(letter) && letter != '-')
                {
                    return false;
                }
            }
        }

        return text.Length > 0;
    }
}
