using System.Security.Cryptography;

namespace Sidecar.Proof;

/// <summary>When a mail starts: at a moment that no client can foresee, so that whoever times the next answers cannot tell a mail by it.</summary>
internal static class MailDelay
{
    public static TimeSpan Next(TimeSpan spread) => spread > TimeSpan.Zero ? TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32((int)spread.TotalMilliseconds + 1)) : TimeSpan.Zero;
}
