using System.Globalization;

namespace Sidecar.Proof;

/// <summary>An instant as mails in every language write it: nobody reads it as another day, or in another time zone.</summary>
internal static class MailMoment
{
    /// <summary>Now, such as <c>2026-11-22 20:15 UTC</c>.</summary>
    public static string Of(TimeProvider clock) => clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
