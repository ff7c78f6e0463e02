using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Demo.App;

/// <summary>Salted PBKDF2, written as the app's library writes it: <c>pbkdf2:sha256:iterations$salt$hex</c>.</summary>
internal static class PasswordHash
{
    // Users live in memory and end with the demo; more would only slow the walk down.
    private const int Iterations = 20_000;

    public static string Of(string inner)
    {
        var salt = RandomNumberGenerator.GetHexString(16, lowercase: true);
        return string.Create(CultureInfo.InvariantCulture, $"pbkdf2:sha256:{Iterations}${salt}${Derive(inner, salt, Iterations)}");
    }

    public static bool Matches(string hash, string inner)
    {
        var parts = hash.Split('$');
        var iterations = int.Parse(parts[0].Split(':')[2], CultureInfo.InvariantCulture);
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(parts[2]), Encoding.ASCII.GetBytes(Derive(inner, parts[1], iterations)));
    }

    private static string Derive(string inner, string salt, int iterations) =>
        Convert.ToHexStringLower(Rfc2898DeriveBytes.Pbkdf2(inner, Encoding.ASCII.GetBytes(salt), iterations, HashAlgorithmName.SHA256, 32));
}
