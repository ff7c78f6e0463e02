namespace Sidecar.Mail;

/// <summary>
/// Domains set aside for documentation and tests (RFC 2606, RFC 6761). Mail to them bounces at best, and a flood of bounces
/// costs a relay its reputation.
/// </summary>
internal static class ReservedDomains
{
    private static readonly string[] Names = ["example.com", "example.net", "example.org", "example", "test", "invalid", "localhost"];

    public static bool Contains(string address)
    {
        var domain = address.AsSpan(address.LastIndexOf('@') + 1).TrimEnd('.');
        foreach (var name in Names)
        {
            if (domain.EndsWith(name, StringComparison.OrdinalIgnoreCase) && (domain.Length == name.Length || domain[^(name.Length + 1)] == '.'))
            {
                return true;
            }
        }

        return false;
    }
}
