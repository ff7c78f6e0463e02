using System.Globalization;
using System.Text;

namespace Sidecar.Accounts;

/// <summary>
/// A well-formed address: RFC 5321 lengths, no control characters, no quoting. It keeps two spellings: as typed (trimmed) for
/// the app and the mail, and with ASCII lower-cased for naming state.
/// </summary>
internal sealed class EmailAddress
{
    private const int MostCharacters = 254;
    private const int MostLocalCharacters = 64;
    private const int MostLabelCharacters = 63;
    private const string LocalSpecials = "!#$%&'*+-/=?^_`{|}~.";

    private EmailAddress(string typed)
    {
        Typed = typed;
        Normalised = Normalise(typed);
    }

    /// <summary>As typed, without surrounding spaces.</summary>
    public string Typed { get; }

    /// <summary>With ASCII letters in lower case; other letters stay, because how they fold is the app's affair.</summary>
    public string Normalised { get; }

    /// <summary>
    /// Whether an app's database can only mean this very address. Anything but printable ASCII may be somebody else's to a
    /// collation, so it has no account here.
    /// </summary>
    public bool IsAscii => Ascii.IsValid(Typed);

    /// <summary>Never the address: it would reach a log.</summary>
    public override string ToString() => "(address)";

    /// <summary>The form in which two addresses are compared.</summary>
    public static string Normalise(string address) => string.Create(
        address.Trim(' ').Length,
        address,
        static (target, source) =>
        {
            source.AsSpan().Trim(' ').CopyTo(target);
            foreach (ref var letter in target)
            {
                letter = char.IsAsciiLetterUpper(letter) ? (char)(letter | 0x20) : letter;
            }
        });

    public static bool TryParse(string? text, out EmailAddress address)
    {
        address = null!;
        var trimmed = text.AsSpan().Trim(' ');
        var at = trimmed.LastIndexOf('@');
        if (trimmed.Length > MostCharacters || at is < 1 or > MostLocalCharacters || !IsLocalPart(trimmed[..at]) || !IsDomain(trimmed[(at + 1)..]))
        {
            return false;
        }

        address = new EmailAddress(trimmed.ToString());
        return true;
    }

    private static bool IsLocalPart(ReadOnlySpan<char> local)
    {
        if (local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var rune in local.EnumerateRunes())
        {
            if (rune.IsAscii ? !IsAsciiLetterOrDigit(rune) && !LocalSpecials.Contains((char)rune.Value, StringComparison.Ordinal) : !IsText(rune))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsDomain(ReadOnlySpan<char> domain)
    {
        foreach (var range in domain.Split('.'))
        {
            var label = domain[range];
            if (label.Length is 0 or > MostLabelCharacters || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }

            foreach (var rune in label.EnumerateRunes())
            {
                if (rune.IsAscii ? !IsAsciiLetterOrDigit(rune) && rune.Value != '-' : !IsText(rune))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool IsAsciiLetterOrDigit(Rune rune) => char.IsAsciiLetterOrDigit((char)rune.Value);

    /// <summary>No control, format or private character, and not what is left of text that was no Unicode, as half a surrogate pair reads.</summary>
    private static bool IsText(Rune rune) => rune != Rune.ReplacementChar && Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator);
}
