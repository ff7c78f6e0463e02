using System.Security.Cryptography;
using System.Text;

namespace Sidecar.Captcha;

/// <summary>
/// Compares what somebody typed with the challenge: outer white space and case do not count, and how long the comparison
/// takes tells nothing but the length.
/// </summary>
internal static class CaptchaAnswer
{
    public static bool Matches(string expected, string? given)
    {
        // A challenge without text must not be answered by typing nothing.
        if (string.IsNullOrEmpty(expected) || given is null)
        {
            return false;
        }

        return CryptographicOperations.FixedTimeEquals(Fold(expected), Fold(given));
    }

    // Letters outside ASCII must not fold into ASCII ones, as `ſ` does into `S`.
    private static byte[] Fold(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text.Trim());
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = bytes[i] is >= (byte)'a' and <= (byte)'z' ? (byte)(bytes[i] - 32) : bytes[i];
        }

        return bytes;
    }
}
