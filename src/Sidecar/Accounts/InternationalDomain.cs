using System.Globalization;
using System.Text;

namespace Sidecar.Accounts;

/// <summary>The two ways to write an international domain, in letters and as <c>xn--</c>. Both name the same mailbox; an app stores either.</summary>
internal static class InternationalDomain
{
    // Without ICU this maps by Punycode alone: no letter becomes another, so no domain becomes somebody else's.
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>The same address with its domain written the other way; null where there is no other way.</summary>
    public static string? OtherSpelling(string address)
    {
        var at = address.LastIndexOf('@');
        var domain = address[(at + 1)..];
        try
        {
            var other = Ascii.IsValid(domain) ? Letters(domain) : Idn.GetAscii(domain.ToLowerInvariant());
            return other is null || other == domain ? null : string.Concat(address.AsSpan(0, at + 1), other);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Null for an A-label that is not how its letters are written: it names another domain than they do.</summary>
    private static string? Letters(string domain)
    {
        var letters = Idn.GetUnicode(domain);
        return string.Equals(Idn.GetAscii(letters), domain, StringComparison.Ordinal) ? letters : null;
    }
}
