namespace Sidecar.Mail;

/// <summary>
/// What may stand in a header or in the relay's dialogue as an address. Stricter than the RFCs on purpose: no quoted local
/// parts, no comments, no routes, nothing outside printable ASCII, so that no spelling can name a second recipient.
/// </summary>
internal static class MailboxRule
{
    private const int LongestLocalPart = 64;
    private const int LongestAddress = 254;

    public static bool Accepts(string address)
    {
        var at = address.LastIndexOf('@');
        return at is > 0 and <= LongestLocalPart
            && address.Length <= LongestAddress
            && IsLocalPart(address.AsSpan(0, at))
            && IsDomain(address.AsSpan(at + 1));
    }

    private static bool IsLocalPart(ReadOnlySpan<char> text)
    {
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && !"!#$%&'*+-/=?^_`{|}~.".Contains(letter, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return text[0] != '.' && text[^1] != '.' && text.IndexOf("..") < 0;
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
