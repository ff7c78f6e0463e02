using System.Text;
using Sidecar.Accounts;

namespace Sidecar.Verification;

/// <summary>
/// Whose addresses may sign up. <c>example.com</c> means that domain alone, <c>*.example.com</c> all below it and not itself. A
/// refused domain is refused also where it is allowed; where anything is allowed, everything else is not.
/// </summary>
internal sealed class DomainRules(IReadOnlyList<string> allowed, IReadOnlyList<string> refused)
{
    public static DomainRules None { get; } = new([], []);

    public bool Allow(EmailAddress address)
    {
        if (allowed.Count == 0 && refused.Count == 0)
        {
            return true;
        }

        // A name in other letters may be a refused one to whoever delivers its mail, so it must come in its plain form.
        var domain = address.Normalised[(address.Normalised.LastIndexOf('@') + 1)..];
        return Ascii.IsValid(domain)
            && !refused.Any(pattern => IsMet(pattern, domain))
            && (allowed.Count == 0 || allowed.Any(pattern => IsMet(pattern, domain)));
    }

    public static bool IsPattern(string text) =>
        !text.Contains(' ') && Ascii.IsValid(text) && EmailAddress.TryParse("x@" + (text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text), out _);

    private static bool IsMet(string pattern, string domain) => pattern.StartsWith("*.", StringComparison.Ordinal)
        ? domain.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
        : domain.Equals(pattern, StringComparison.OrdinalIgnoreCase);
}
