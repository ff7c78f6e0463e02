using System.Security.Cryptography;

namespace Sidecar.Captcha;

/// <summary>Draws the text of a challenge, every text of a length as likely as any other.</summary>
internal static class CaptchaText
{
    public static string Next(int length) => RandomNumberGenerator.GetString(CaptchaAlphabet.Characters, length);
}
