using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Sidecar.Demo.Mail;

/// <summary>The argument of MAIL and RCPT: <c>FROM:&lt;path&gt;</c> or <c>TO:&lt;path&gt;</c>, then parameters.</summary>
internal sealed record SmtpAddress(string Address, IReadOnlyList<string> Parameters)
{
    public bool IsAscii => Address.All(char.IsAscii);

    public bool Has(string parameter) => Parameters.Contains(parameter, StringComparer.OrdinalIgnoreCase);

    /// <summary>The value of <c>SIZE=</c>; 0 when the client names none.</summary>
    public long Size => Parameters
        .Where(static parameter => parameter.StartsWith("SIZE=", StringComparison.OrdinalIgnoreCase))
        .Select(static parameter => long.TryParse(parameter.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : long.MaxValue)
        .FirstOrDefault();

    /// <param name="argument">What follows the verb.</param>
    /// <param name="keyword"><c>FROM:</c> or <c>TO:</c>.</param>
    /// <param name="mayBeEmpty">Only the null reverse-path is.</param>
    /// <param name="address">Set when the argument is well formed.</param>
    public static bool TryParse(string argument, string keyword, bool mayBeEmpty, [NotNullWhen(true)] out SmtpAddress? address)
    {
        address = null;
        if (!argument.StartsWith(keyword, StringComparison.OrdinalIgnoreCase) || argument.Length == keyword.Length || argument[keyword.Length] != '<')
        {
            return false;
        }

        var end = argument.IndexOf('>', StringComparison.Ordinal);
        if (end < 0 || (end + 1 < argument.Length && argument[end + 1] != ' '))
        {
            return false;
        }

        var path = argument[(keyword.Length + 1)..end];
        if (path.Length == 0 ? !mayBeEmpty : !IsMailbox(path))
        {
            return false;
        }

        address = new SmtpAddress(path, argument[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return true;
    }

    private static bool IsMailbox(string path)
    {
        var at = path.LastIndexOf('@');
        return at is > 0 and <= 64 && path.Length <= 254 && at < path.Length - 1
            && !path.AsSpan(at + 1).ContainsAny(" \t<") && !path.Any(char.IsControl)
            && (path[0] == '"' || !path.AsSpan(0, at).ContainsAny(" @<"));
    }
}
