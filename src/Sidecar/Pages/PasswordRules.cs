using System.Text;

namespace Sidecar.Pages;

/// <summary>
/// What a new password must be (NIST 800-63B, ASVS 6.2): long enough, and not among the first that anybody would try. Nothing
/// is asked of its characters, and none is changed.
/// </summary>
/// <param name="options">What the settings ask for.</param>
/// <param name="mostBytes">How many bytes the app can be sent.</param>
/// <param name="app">What the app is called.</param>
internal sealed class PasswordRules(PasswordOptions options, int mostBytes, string app)
{
    /// <summary>What is wrong with it, as the key of a notice; null when it will do.</summary>
    /// <param name="password">As typed.</param>
    /// <param name="repeat">As typed once more.</param>
    /// <param name="address">Whose it is to be.</param>
    public string? Judge(string password, string repeat, string address) =>
        password.Length == 0 ? "password_empty"
        : password.EnumerateRunes().Count() < options.MinLength ? "password_short"
        : Encoding.UTF8.GetByteCount(password) > mostBytes ? "password_long"
        : options.RefusesCommon && IsPersonal(password, address) ? "password_personal"
        : options.RefusesCommon && (CommonPasswords.Contain(password) || IsOneCharacter(password)) ? "password_common"
        : password != repeat ? "password_differs"
        : null;

    private bool IsPersonal(string password, string address)
    {
        var at = address.LastIndexOf('@');
        var bare = Bare(password);
        return new[] { address, address[..Math.Max(at, 0)], address[(at + 1)..], app }.Any(known => known.Length > 0 && (bare == Bare(known) || password.Equals(known, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>Letters alone: whoever is asked for more puts digits and dots around a name.</summary>
    private static string Bare(string text) => string.Concat(text.Where(char.IsLetter)) is { Length: > 0 } letters ? letters.ToUpperInvariant() : text;

    private static bool IsOneCharacter(string password) => password.All(letter => letter == password[0]);
}
