namespace Sidecar.Captcha;

/// <summary>
/// The characters of a challenge: those that a person still tells apart once they are turned, bent and crossed out.
/// docs/captcha.md says which were left out, and for which likeness.
/// </summary>
internal static class CaptchaAlphabet
{
    public const string Characters = "ACEHJMRTUWX39";
}
